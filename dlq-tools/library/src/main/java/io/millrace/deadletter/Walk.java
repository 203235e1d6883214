package io.millrace.deadletter;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Goes through pages of dead letters and counts them. One thread at a time. */
final class Walk {
    private final Optional<Predicate<DeadLetter>> rest;
    private final boolean filtered;
    private final boolean readsBody;
    private final long limit;
    private long seen;
    private long matched;
    private long unread;

    Walk(Selection selection, Look look) {
        this.rest = selection.rest();
        this.filtered = !selection.selector().isEmpty();
        this.readsBody = selection.readsBody();
        this.limit = look.limit();
    }

    /** Whether there may be more to look at. */
    boolean visit(List<DeadLetter> page, Consumer<DeadLetter> visitor) {
        for (DeadLetter letter : page) {
            if (matched == limit) {
                break;
            }
            seen++;
            if (readsBody && letter.isCut()) {
                unread++;
            } else if (rest.isEmpty() || rest.get().test(letter)) {
                matched++;
                visitor.accept(letter);
            }
        }
        return !page.isEmpty() && matched < limit;
    }

    /** How many were looked at. */
    long seen() {
        return seen;
    }

    ScanResult result(DeadLetterQueue before, DeadLetterQueue after) {
        return new ScanResult(
                seen,
                matched,
                unread,
                Math.min(before.visible(), after.visible()),
                Math.max(before.visible(), after.visible()),
                after.messages() - after.visible(),
                filtered,
                matched == limit);
    }
}
