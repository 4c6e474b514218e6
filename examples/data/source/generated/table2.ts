// TODO: generated, must not be found
export const t2 = 2;
