// TODO: generated, must not be found
export const t1 = 1;
