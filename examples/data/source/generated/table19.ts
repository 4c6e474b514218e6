// TODO: generated, must not be found
export const t19 = 19;
