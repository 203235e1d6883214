package io.millrace.runtime.runtimeapi;

/**
 * An error as a runtime or extension posted it.
 *
 * @param type of its header, such as {@code Runtime.ImportModuleError}; may be empty
 * @param body passed on as it is: JSON with errorMessage, errorType and a trace, if the runtime keeps to the rules
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
public record RuntimeFailure(String type, byte[] body) {}
