// TODO: generated, must not be found
export const t0 = 0;
