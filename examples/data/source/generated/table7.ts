// TODO: generated, must not be found
export const t7 = 7;
