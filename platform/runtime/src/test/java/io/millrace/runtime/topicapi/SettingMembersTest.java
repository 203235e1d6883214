package io.millrace.runtime.topicapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.topic.Subscription;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SettingMembersTest {
    private static final SettingMembers MEMBERS =
            new SettingMembers(Subscription.SQS, new IdentitySettings("us-east-1", "000000000000"), arn -> {});

    private static String policy(int length) {
        String before = "{\"kind\":[\"";
        String after = "\"]}";
        return before + "x".repeat(length - before.length() - after.length()) + after;
    }

    @Test
    void a_filter_policy_is_as_long_as_a_rules_pattern_at_most() {
        assertThat(MEMBERS.with(SettingMembers.NONE, "FilterPolicy", policy(4_096))
                        .filterPolicy())
                .contains(policy(4_096));
        assertThatThrownBy(() -> MEMBERS.with(SettingMembers.NONE, "FilterPolicy", policy(4_097)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("FilterPolicy: it has 4097 characters, expected at most 4096");
    }
}
