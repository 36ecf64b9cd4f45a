import type { ServerLogEntry } from '../../shared/domain/observation.ts';

export interface ServerLogOptions {
  /** Removes row values from a message. */
  readonly redact: (message: string, sqlstate: string) => string;
  /** Epoch ms of the server → ms from the run's start. */
  readonly toRunMs: (serverEpochMs: number) => number;
}

/**
 * Errors and violent ends from PostgreSQL's jsonlog, oldest first; sessions of our own are left out. The server must
 * log in UTC (`log_timezone`). DETAIL, CONTEXT and statements are never taken.
 * https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-JSONLOG
 */
export function readServerLog(text: string, options: ServerLogOptions): readonly ServerLogEntry[] {
  return text.split('\n').flatMap((line) => {
    const record = parseRecord(line);
    if (record === null || !isWanted(record)) return [];
    return [
      {
        atMs: options.toRunMs(epochMs(record.timestamp ?? '')),
        severity: record.error_severity ?? '',
        sqlstate: record.state_code ?? '00000',
        message: options.redact(record.message ?? '', record.state_code ?? ''),
        applicationName: record.application_name ?? '',
        pid: record.pid ?? 0,
      },
    ];
  });
}

interface LogRecord {
  readonly timestamp?: string;
  readonly pid?: number;
  readonly application_name?: string;
  readonly error_severity?: string;
  readonly state_code?: string;
  readonly message?: string;
}

/** Lines that are no records (text from before the collector, a line still being written) are passed over. */
function parseRecord(line: string): LogRecord | null {
  if (!line.startsWith('{') || !line.trimEnd().endsWith('}')) return null;
  try {
    return JSON.parse(line) as LogRecord;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const severities = new Set(['ERROR', 'FATAL', 'PANIC']);

/** The postmaster reports a killed backend as an ordinary LOG line. */
const violentEnd = /^server process \(PID \d+\) (was terminated by signal|exited with exit code)/;

function isWanted(record: LogRecord): boolean {
  if (record.application_name?.startsWith('rehearsal/')) return false;
  return severities.has(record.error_severity ?? '') || violentEnd.test(record.message ?? '');
}

/** `2026-01-31 10:20:30.123 UTC` */
function epochMs(timestamp: string): number {
  const [day, time] = timestamp.split(' ');
  return Date.parse(`${day}T${time}Z`);
}
