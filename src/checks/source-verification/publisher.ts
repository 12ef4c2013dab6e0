// Rules of point 1: publisher.
import type { Rule } from '../../rule.ts';

export const publisherRules: Rule[] = [];
