// TODO: generated, must not be found
export const t4 = 4;
