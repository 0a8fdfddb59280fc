/**
 * What a key of the configuration is declared as. convict takes these declarations as its schema; the generated files
 * (default.yaml, JSON schema, documentation) are made of the same ones.
 */
type Declared = {
  /** One sentence for the documentation. */
  readonly doc: string;
  /** A secret: its value is shown nowhere. */
  readonly sensitive?: true;
};

export type NumberProperty = Declared & {
  readonly format: 'whole-number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
};

export type FlagProperty = Declared & { readonly format: 'flag'; readonly default: boolean };

export type TextProperty = Declared & {
  readonly format: 'text' | 'endpoint-url' | 'docker-host' | 'socket-address' | 'absolute-path';
  readonly default: string;
};

export type ChoiceProperty<T extends string = string> = Declared & {
  readonly format: 'choice';
  readonly choices: readonly T[];
  readonly default: T;
  /** What to say of values that people are likely to try and that cannot work here. */
  readonly refusals?: Readonly<Record<string, string>>;
};

export type ListProperty = Declared & {
  readonly format: 'text-list' | 'metric-globs';
  readonly default: readonly string[];
};

export type MapProperty = Declared & {
  readonly format: 'text-map' | 'http-headers';
  readonly default: Readonly<Record<string, string>>;
};

type PlainProperty = NumberProperty | FlagProperty | TextProperty | ChoiceProperty | ListProperty | MapProperty;

/** Sections that the user names, each with the same keys. */
export type NamedSectionsProperty<Entry = Readonly<Record<string, never>>> = Declared & {
  readonly format: 'named-sections';
  readonly default: Readonly<Record<string, never>>;
  /** The keys of each. */
  readonly entry: [Entry] extends [Readonly<Record<string, never>>]
    ? Readonly<Record<string, PlainProperty>>
    : { readonly [K in keyof Entry]-?: PropertyFor<Entry[K]> };
  /** The key that each has to have. */
  readonly required: string;
  /** A name that none can have, and what stands for it. */
  readonly reserved: { readonly name: string; readonly key: string };
  /** Lines of YAML for the documentation. */
  readonly example: readonly string[];
};

export type Property = PlainProperty | NamedSectionsProperty;

/** The declaration that a value of type T needs, so that the schema and the Config type cannot drift apart. */
export type PropertyFor<T> = [T] extends [number]
  ? NumberProperty
  : [T] extends [boolean]
    ? FlagProperty
    : [T] extends [string]
      ? string extends T
        ? TextProperty
        : ChoiceProperty<T>
      : T extends readonly string[]
        ? ListProperty
        : T extends Readonly<Record<string, string>>
          ? MapProperty
          : T extends Readonly<Record<string, infer Entry>>
            ? NamedSectionsProperty<Entry>
            : never;

/** Keys of a section one level deeper, `{ disk: { enabled } }`, are declared by their path, `disk.enabled`. */
export type Flattened<T> = {
  readonly [K in keyof T & string as T[K] extends { readonly enabled: boolean } ? `${K}.enabled` : K]: T[K] extends {
    readonly enabled: boolean;
  }
    ? boolean
    : T[K];
};

export type Section<T> = {
  readonly doc: string;
  readonly properties: { readonly [K in keyof T]-?: PropertyFor<T[K]> };
};

/** A map is written as a section of the file, but its keys are the user's. */
export function isMapProperty(property: Property): property is MapProperty {
  return property.format === 'text-map' || property.format === 'http-headers';
}

export function isListProperty(property: Property): property is ListProperty {
  return property.format === 'text-list' || property.format === 'metric-globs';
}

/** Whether the file writes the value as text. */
export function isTextProperty(property: Property): property is TextProperty | ChoiceProperty {
  return (
    !isMapProperty(property) &&
    !isListProperty(property) &&
    !['whole-number', 'flag', 'named-sections'].includes(property.format)
  );
}

export const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const NAME_ALLOWED = 'letters, digits, "-" and "_" that begins with a letter';

/** Why a text cannot be the name of such a section, or nothing. */
export function findNameFault({ reserved }: NamedSectionsProperty, name: string): string | undefined {
  if (name === reserved.name) return `the name ${name} is that of ${reserved.key}`;
  return NAME.test(name) ? undefined : `is not a name of ${NAME_ALLOWED}`;
}

/** What a value may be, in words that fit after "allowed:". */
export function describeAllowed(property: Property): string {
  switch (property.format) {
    case 'whole-number':
      return `a whole number from ${property.min} to ${property.max}`;
    case 'flag':
      return 'true, false';
    case 'choice':
      return property.choices.join(', ');
    case 'endpoint-url':
      return 'empty, http://HOST:PORT/PATH, https://HOST:PORT/PATH';
    case 'docker-host':
      return 'empty, unix:///PATH, tcp://HOST:PORT, http://HOST:PORT, https://HOST:PORT';
    case 'socket-address':
      return 'HOST:PORT, [IPV6]:PORT';
    case 'absolute-path':
      return property.default === '' ? 'empty, a path that begins with /' : 'a path that begins with /';
    case 'text':
      return 'text';
    case 'text-list':
      return 'a list of texts';
    case 'metric-globs':
      return 'a list of globs of metric names (plimsoll metrics lists them)';
    case 'text-map':
      return 'keys with a text each';
    case 'http-headers':
      return 'names of HTTP headers with a text each';
    case 'named-sections':
      return `sections with ${Object.keys(property.entry).join(', ')}, each under a name of ${NAME_ALLOWED}`;
  }
}
