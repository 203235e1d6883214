package io.millrace.runtime.observe;

import io.millrace.core.function.FunctionName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The meters of all functions. Only so many have their own: the first that come, as long as they exist; all others share
 * one. So what is shown never moves from one name to another, and as many names as anybody makes up cost no more.
 * Thread-safe.
 */
public final class Meters {
    /** Where a name would be; no function can be called that. */
    public static final String OTHERS = "(others)";

    private final int most;
    private final boolean isOn;
    private final FunctionMeters others;
    private final Map<FunctionName, FunctionMeters> own = new ConcurrentHashMap<>();
    private final Set<FunctionName> sharing = new HashSet<>();

    private Meters(int most, boolean isOn) {
        this.most = most;
        this.isOn = isOn;
        this.others = new FunctionMeters(OTHERS, isOn);
    }

    /** @param most functions that have meters of their own, 0 or more */
    public static Meters of(int most) {
        return new Meters(most, true);
    }

    /** That nobody reads. */
    public static Meters off() {
        return new Meters(0, false);
    }

    /** To be kept by who counts, as long as the function exists. */
    public synchronized FunctionMeters function(FunctionName name) {
        FunctionMeters known = own.get(name);
        if (known != null || !isOn || sharing.contains(name)) {
            return known == null ? others : known;
        }
        if (own.size() >= most) {
            sharing.add(name);
            return others;
        }
        FunctionMeters opened = new FunctionMeters(name.value(), true);
        own.put(name, opened);
        return opened;
    }

    /** The function is deleted: its meters are shown no longer. What it shared with others stays counted there. */
    public synchronized void forget(FunctionName name) {
        own.remove(name);
        sharing.remove(name);
    }

    /** As {@link #function}, for one that may be deleted by now: it gets no meters again. */
    public FunctionMeters known(FunctionName name) {
        return own.getOrDefault(name, others);
    }

    /** The name of the function, or {@link #OTHERS}. */
    public String label(FunctionName name) {
        return own.containsKey(name) ? name.value() : OTHERS;
    }

    /** Of all functions that have their own, and what the others share, if there are others. */
    public synchronized List<FunctionMeters> all() {
        List<FunctionMeters> all = new ArrayList<>(own.values());
        if (!sharing.isEmpty() || !others.versions().isEmpty()) {
            all.add(others);
        }
        return all;
    }

    /** How many functions share one label. */
    public synchronized int sharing() {
        return sharing.size();
    }
}
