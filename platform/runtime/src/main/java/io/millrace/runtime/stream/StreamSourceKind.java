package io.millrace.runtime.stream;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.runtime.config.IdentitySettings;
import java.util.Optional;

/** The streams of this server as event sources: those with an ARN of its region and account. Thread-safe. */
public final class StreamSourceKind implements EventSourceKind {
    private final Streams streams;
    private final IdentitySettings identity;

    public StreamSourceKind(Streams streams, IdentitySettings identity) {
        this.streams = streams;
        this.identity = identity;
    }

    @Override
    public String name() {
        return "Stream";
    }

    private String prefix() {
        return "arn:aws:kinesis:" + identity.region() + ":" + identity.account() + ":stream/";
    }

    @Override
    public boolean isOf(SourceDescription source) {
        return source.arn().filter(arn -> arn.startsWith(prefix())).isPresent();
    }

    @Override
    public EventSource open(SourceDescription source, Checkpoints checkpoints) {
        String arn = source.arn().orElseThrow(() -> new SourceRefusedException("stream has no ARN"));
        String name = arn.substring(prefix().length());
        StreamDefinition stream =
                streams.find(name).orElseThrow(() -> new SourceRefusedException("Stream not found: " + arn));
        // With the words of AWS, lambda-semantics 3.4.
        StartingPosition position = source.startingPosition()
                .orElseThrow(() -> new SourceRefusedException("1 validation error detected: Value null at "
                        + "'startingPosition' failed to satisfy constraint: Member must not be null."));
        StreamSource opened = new StreamSource(
                streams, stream, new StreamEvents(arn, identity), start(position, source), checkpoints);
        if (position == StartingPosition.LATEST) {
            opened.keepStart(); // Or a start later on would begin at what is the latest then.
        }
        return opened;
    }

    private static ReadStart start(StartingPosition position, SourceDescription source) {
        return switch (position) {
            case TRIM_HORIZON -> new ReadStart.TrimHorizon();
            case LATEST -> new ReadStart.Latest();
            case AT_TIMESTAMP ->
                new ReadStart.AtTimestamp(Optional.of(source)
                        .flatMap(SourceDescription::startingTimestamp)
                        .orElseThrow(
                                () -> new SourceRefusedException("StartingPosition AT_TIMESTAMP has no timestamp")));
        };
    }
}
