// Rules of point 6: releases.
import type { Rule } from '../../rule.ts';

export const releasesRules: Rule[] = [];
