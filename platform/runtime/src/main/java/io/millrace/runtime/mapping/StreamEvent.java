package io.millrace.runtime.mapping;

import io.millrace.eventsource.EventFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The event of a batch. */
final class StreamEvent {
    private StreamEvent() {}

    /**
     * @param members to stand before those of the frame, each with a comma behind it
     * @param items may be none
     */
    static byte[] of(EventFrame frame, String members, List<StreamItem> items) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes(("{" + members + frame.head().substring(1)).getBytes(StandardCharsets.UTF_8));
        boolean isFirst = true;
        for (StreamItem item : items) {
            if (!isFirst) {
                event.write(',');
            }
            event.writeBytes(item.record().json());
            isFirst = false;
        }
        event.writeBytes(frame.tail().getBytes(StandardCharsets.UTF_8));
        return event.toByteArray();
    }
}
