// Variables of one call, block or module while it is interpreted.
import type { SourceFile } from '../../file.ts';
import { union, type Choice, type Env, type Value } from './values.ts';

export class LocalEnv implements Env {
  readonly vars = new Map<string, Value>();
  readonly parent: Env | null;
  readonly file: SourceFile;
  /** Where `var` declarations go. */
  readonly isFunction: boolean;
  self: Value | undefined;
  /** The class whose methods `super` finds. */
  homeClass: Value | undefined;
  choices?: Choice[];

  constructor(parent: Env | null, file: SourceFile, isFunction: boolean) {
    this.parent = parent;
    this.file = file;
    this.isFunction = isFunction;
  }

  /** The value of a name, or undefined when no scope knows it (a global). */
  lookup(name: string): Value | undefined {
    for (let env: Env | null = this; env; env = env.parent) {
      const value = env.vars.get(name);
      if (value === undefined) continue;
      if (value.kind !== 'lazy') return value;
      const forced = value.force();
      env.vars.set(name, forced);
      return forced;
    }
    return undefined;
  }

  declare(name: string, value: Value, isVar = false): void {
    let env: Env = this;
    while (isVar && !env.isFunction && env.parent) env = env.parent;
    env.vars.set(name, value);
  }

  /** Assignment; where it is not certain to happen the old value stays possible. */
  assign(name: string, value: Value, isCertain: boolean): void {
    for (let env: Env | null = this; env; env = env.parent) {
      const old = env.vars.get(name);
      if (old === undefined) continue;
      const isEmpty = old.kind === 'lazy' || (old.kind === 'literal' && old.value === undefined);
      env.vars.set(name, isCertain || isEmpty ? value : union([old, value]));
      return;
    }
  }

  selfValue(): Value | undefined {
    for (let env: Env | null = this; env; env = env.parent) if (env.self) return env.self;
    return undefined;
  }

  home(): Value | undefined {
    for (let env: Env | null = this; env; env = env.parent) if (env.homeClass) return env.homeClass;
    return undefined;
  }
}
