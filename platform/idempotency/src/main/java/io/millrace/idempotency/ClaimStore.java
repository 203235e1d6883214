package io.millrace.idempotency;

import java.util.List;
import java.util.Optional;

/**
 * Who may run under a key, and what came of it (lambda-semantics 9.1). A key is in progress until its lease ends, or
 * completed until its time to live does; one whose time is over is as good as none. Thread-safe; every method but {@link
 * #claimNow} blocks and throws {@link IdempotencyStoreException} when the store cannot be used.
 */
public interface ClaimStore extends AutoCloseable {

    /** @return one answer for each request, in their order */
    List<Claim> claim(List<ClaimRequest> requests);

    default Claim claim(ClaimRequest request) {
        return claim(List.of(request)).get(0);
    }

    /** As {@link #claim}, where that can be told without a look at a disk or a network; never blocks. Else empty. */
    default Optional<Claim> claimNow(ClaimRequest request) {
        return Optional.empty();
    }

    /**
     * Completes or frees; on return what was completed is on disk.
     *
     * @return for each ending whether the claim was still its owner's; otherwise nothing was changed
     */
    List<Boolean> end(List<Ending> endings);

    default boolean end(Ending ending) {
        return end(List.of(ending)).get(0);
    }

    /** Does a few milliseconds of the work that nobody waits for, if there is any. Call it after the others. */
    void tidy();

    @Override
    void close();
}
