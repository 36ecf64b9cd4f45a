const instants = /(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z/g;

/** A reason of the gate names its times as machines do; people read them to the minute. */
export const toTheMinute = (text: string): string => text.replace(instants, '$1 $2 UTC');
