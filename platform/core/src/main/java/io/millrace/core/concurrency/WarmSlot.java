package io.millrace.core.concurrency;

import io.millrace.core.function.FunctionName;

/** What provisioned environments are kept ready for. */
public record WarmSlot(FunctionName function, String version) {}
