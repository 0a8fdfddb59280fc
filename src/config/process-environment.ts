export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. Nothing outside this folder reads it: what it says reaches others as Config. */
export function processEnvironment(): Environment {
  return { ...process.env };
}
