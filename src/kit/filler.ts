const FILLER =
  /dummy|fake|placeholder|change[-_ ]?(?:me|this)|in[-_]?secure|not[-_ ]?(?:a[-_ ]?)?(?:real|secret|needed|used|important)|un(?:used|needed)|throwaway|temporary|whatever|build[-_ ]?(?:time|only|key|secret)|(?:for|during|docker)[-_ ]?build|collectstatic|^(?:none|nothing|secret(?:[-_ ]?key)?|test|build|temp|foo|bar|abc|x+|.)$/i;

/** Written for a step of a build that needs any value at all, such as `collectstatic`: it opens nothing. */
export const isFiller = (value: string): boolean => FILLER.test(value);
