package io.millrace.runtime.mapping;

import io.millrace.runtime.mapping.MappingRefusedException.QueueUnknown;

/** Refusals for tests of the doors. */
public final class MappingRefusals {
    private MappingRefusals() {}

    public static MappingRefusedException queueUnknown(String queue) {
        return new QueueUnknown(queue);
    }
}
