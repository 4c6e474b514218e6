// TODO: generated, must not be found
export const t17 = 17;
