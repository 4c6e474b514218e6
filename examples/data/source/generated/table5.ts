// TODO: generated, must not be found
export const t5 = 5;
