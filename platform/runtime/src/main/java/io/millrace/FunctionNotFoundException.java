package io.millrace;

/** No function of that name is deployed. */
public final class FunctionNotFoundException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FunctionNotFoundException(String name) {
        super("function '" + name + "' does not exist");
    }
}
