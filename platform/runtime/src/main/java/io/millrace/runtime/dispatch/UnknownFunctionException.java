package io.millrace.runtime.dispatch;

import io.millrace.core.function.FunctionName;

/** An invocation went nowhere: there is no such function, or no more. */
public final class UnknownFunctionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public UnknownFunctionException(FunctionName function) {
        super("function '" + function + "' does not exist");
    }
}
