// Python servers and containers: not vetted, but whether they are pinned can be said.
import type { Launch } from '../types.ts';
import { ofImagePublisher, ofPythonPublisher } from './elsewhere.ts';
import { leadingOptions, unsupported } from './command-words.ts';

// Those of uv, uvx and pipx whose value is not the package.
const PYTHON_VALUES =
  /^(--(python|with|with-requirements|with-editable|index|index-url|default-index|extra-index-url|directory|project|env-file|refresh-package|spec|from|pip-args|cache-dir)|-p|-w|-i)$/;
// docker run's switches; every other option of it takes a value.
const CONTAINER_SWITCHES =
  /^(-[itdPq]+|--(rm|init|privileged|read-only|interactive|tty|detach|publish-all|quiet|no-healthcheck|oom-kill-disable|sig-proxy|disable-content-trust|tls|tlsverify|debug))$/;

export function pythonLaunch(program: string, args: readonly string[]): Launch {
  const behind = args[0] === 'tool' && args[1] === 'run' ? args.slice(2) : args;
  const isTool = behind !== args || /^(uvx|pipx)$/.test(program);
  const verbless = behind[0] === 'run' ? behind.slice(1) : behind;
  const { given, rest } = leadingOptions(verbless, (flag) => PYTHON_VALUES.test(flag));
  const valueOf = (name: RegExp) => given.find(({ flag }) => name.test(flag))?.value;
  const target = valueOf(/^--(from|spec)$/) ?? rest[0] ?? '';
  if (!isTool && valueOf(/^--(from|with|spec)$/) === undefined) {
    return unsupported(program, 'it is a local Python program; only npm packages are vetted');
  }
  // A commit is a pin, a branch is none.
  const isPinned = /(===?|@)v?\d[\w.]*$|^git\+.*@[0-9a-f]{40}(#|$)/.test(target);
  const pinned = isPinned ? 'pinned to a version' : 'not pinned to a version';
  const name = target.replace(/\[.*|[=@<>~!].*$/, '');
  const reason = `it is a Python server${ofPythonPublisher(name)}, ${pinned}; only npm packages are vetted`;
  return unsupported(program, reason, isPinned);
}

export function containerLaunch(program: string, args: readonly string[]): Launch {
  const { rest: words } = leadingOptions(args, takesContainerValue);
  const verbs = words[0] === 'container' ? words.slice(1) : words;
  const image = verbs[0] === 'run' ? imageOf(verbs.slice(1)) : undefined;
  if (image === undefined) {
    return unsupported(
      program,
      'it runs in a container, image not recognised; only npm packages are vetted',
    );
  }
  const isPinned = /@sha256:[0-9a-f]{64}$/.test(image);
  const pinned = isPinned ? 'image pinned by digest' : 'image not pinned by digest';
  const reason = `it is a container${ofImagePublisher(image)}, ${pinned}; only npm packages are vetted`;
  return unsupported(program, reason, isPinned);
}

function imageOf(args: readonly string[]): string | undefined {
  return leadingOptions(args, takesContainerValue).rest[0];
}

function takesContainerValue(flag: string): boolean {
  // -eKEY=value and -v/a:/b carry theirs with them.
  const isAttached = /^-[a-zA-Z]./.test(flag);
  return !CONTAINER_SWITCHES.test(flag) && !isAttached;
}
