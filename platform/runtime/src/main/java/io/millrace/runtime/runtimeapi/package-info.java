/**
 * STATION: the Runtime API 2018-06-01 and the Extensions API 2020-01-01, through which a process fetches its invocations
 * and answers them (lambda-semantics 5.5, 5.6). The Telemetry API is answered 202 and sends nothing, as Lambda's own
 * emulator does.
 */
@NullMarked
package io.millrace.runtime.runtimeapi;

import org.jspecify.annotations.NullMarked;
