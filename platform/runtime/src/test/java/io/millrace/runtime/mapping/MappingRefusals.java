package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnknown;
import io.millrace.runtime.mapping.MappingRefusedException.SourceRefused;
import io.millrace.runtime.mapping.MappingRefusedException.SourceUnsupported;

/** Refusals for tests of the doors. */
public final class MappingRefusals {
    private MappingRefusals() {}

    public static MappingRefusedException queueUnknown(String queue) {
        return new QueueUnknown(queue);
    }

    public static MappingRefusedException unsupported(SourceDescription source) {
        return new SourceUnsupported(source.label());
    }

    public static MappingRefusedException refused(String message) {
        return new SourceRefused(message);
    }
}
