// TODO: generated, must not be found
export const t12 = 12;
