// TODO: generated, must not be found
export const t3 = 3;
