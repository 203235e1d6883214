package io.millrace.runtime.eventbus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * @param bus its name
 * @param pattern a valid one
 */
public record EventRule(
        String bus, String name, String description, String pattern, boolean enabled, List<RuleTarget> targets) {
    public EventRule {
        targets = List.copyOf(targets);
    }

    Optional<RuleTarget> target(String id) {
        return targets.stream().filter(target -> target.id().equals(id)).findFirst();
    }

    EventRule withTarget(RuleTarget target) {
        List<RuleTarget> all = new ArrayList<>(targets);
        all.removeIf(existing -> existing.id().equals(target.id()));
        all.add(target);
        return new EventRule(bus, name, description, pattern, enabled, all);
    }

    EventRule withoutTarget(String id) {
        List<RuleTarget> rest =
                targets.stream().filter(target -> !target.id().equals(id)).toList();
        return new EventRule(bus, name, description, pattern, enabled, rest);
    }

    EventRule enabled(boolean now) {
        return new EventRule(bus, name, description, pattern, now, targets);
    }
}
