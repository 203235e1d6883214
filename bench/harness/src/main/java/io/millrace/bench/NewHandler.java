package io.millrace.bench;

import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;

/** Made anew by every cold start; its constructor does nothing, so all that a start takes is the platform's. */
public final class NewHandler implements FunctionHandler {

    @Override
    public byte[] handle(byte[] event, FunctionContext context) {
        return event;
    }
}
