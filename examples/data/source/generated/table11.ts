// TODO: generated, must not be found
export const t11 = 11;
