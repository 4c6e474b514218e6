// TODO: generated, must not be found
export const t10 = 10;
