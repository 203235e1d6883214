package io.millrace.bench;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Something that can be asked for by name and is not two lanes through one broker; none is part of a quick run without
 * names.
 *
 * @param name what {@code bench/run} calls it
 * @param run measures and gives the lines to print; of the pairing it takes how often
 */
record Measurement(String name, BiFunction<Surroundings, Pairing, String> run) {

    private static final String COLD = "process-cold-vs-bare";
    private static final String WARM = "process-warm-vs-bare";

    /** Each stands for all whose name begins with it. */
    static final List<String> ALIASES = List.of(COLD, WARM);

    /** All of them, in the order they run. */
    static final List<Measurement> ALL = Stream.of(
                    Stream.of(UploadedFunction.values()).map(Measurement::cold),
                    Stream.of(UploadedFunction.values()).map(Measurement::warm),
                    Stream.of(
                            new Measurement(InProcess.COLD, (on, pairing) -> InProcess.coldStarts()),
                            new Measurement(InProcess.WARM, (on, pairing) -> InProcess.warmDispatch(pairing)),
                            new Measurement(Sleepers.NAME, (on, pairing) -> Sleepers.run(on)),
                            new Measurement(LimitChange.NAME, LimitChange::run),
                            new Measurement(Filters.NAME, (on, pairing) -> Filters.run(pairing)),
                            new Measurement(Reads.NAME, Reads::run),
                            new Measurement(Crowd.NAME, Crowd::run),
                            new Measurement(Redrives.MOVED, Redrives::move),
                            new Measurement(Redrives.BLIND, Redrives::moveBlindly),
                            new Measurement(Redrives.EDITED, Redrives::edit),
                            new Measurement(SideEffects.NAME, SideEffects::run),
                            new Measurement(MillionGroups.NAME, MillionGroups::run),
                            new Measurement(Backlog.NAME, (on, pairing) -> on.backlog())))
            .flatMap(several -> several)
            .toList();

    /** Whether somebody who asks for {@code asked} means this one. */
    boolean isMeantBy(String asked) {
        return name.equals(asked) || (ALIASES.contains(asked) && name.startsWith(asked + "-"));
    }

    private static Measurement cold(UploadedFunction code) {
        String name = COLD + "-" + code.label();
        return new Measurement(name, (on, pairing) -> ColdStarts.run(name, code, on, pairing));
    }

    private static Measurement warm(UploadedFunction code) {
        String name = WARM + "-" + code.label();
        return new Measurement(name, (on, pairing) -> WarmProcesses.run(name, code, on, pairing));
    }
}
