/** One value for one key, and who gave it. The layers (file, variables, flags) all come down to lists of these. */
export type Setting = {
  /** Dotted path of a declared key. */
  readonly key: string;
  /** Text from variables and flags is turned into what the key wants; a map is a Map. */
  readonly value: unknown;
  /** `file:line`, the variable's name or the flag: what a problem with the value begins with. */
  readonly origin: string;
};
