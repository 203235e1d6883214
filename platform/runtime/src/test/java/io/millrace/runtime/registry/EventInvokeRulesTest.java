package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.runtime.registry.FunctionAdministrationException.AliasUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionUnknown;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EventInvokeRulesTest {
    private static final AsyncInvokeConfig DEFAULTS = AsyncInvokeConfig.LAMBDA_DEFAULT;

    private final RegisteredFunction orders =
            AliasRules.create(AliasRules.create(Sample.function(2), Sample.alias("live", "1")), Sample.alias("t", "2"));

    private static RegisteredFunction retrying(RegisteredFunction function, String qualifier, int retries) {
        return EventInvokeRules.configure(
                function,
                qualifier,
                before -> Optional.of(new EventInvokeConfig(
                        qualifier,
                        Optional.of(retries),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Sample.NOON)));
    }

    @Test
    void nobody_inherits_from_another() {
        AsyncInvokeConfigs configs = retrying(retrying(retrying(orders, "$LATEST", 0), "1", 1), "live", 0)
                .asyncConfigs(DEFAULTS);

        assertThat(retries(configs, Optional.empty())).isZero();
        assertThat(retries(configs, Optional.of("$LATEST"))).isZero();
        assertThat(retries(configs, Optional.of("1"))).isEqualTo(1);
        assertThat(retries(configs, Optional.of("live"))).isZero();
        assertThat(retries(configs, Optional.of("2"))).isEqualTo(2);
        assertThat(retries(configs, Optional.of("t"))).isEqualTo(2);
        assertThat(retries(configs, Optional.of("gone"))).isEqualTo(2);
    }

    private static int retries(AsyncInvokeConfigs configs, Optional<String> qualifier) {
        return configs.of(qualifier).maximumRetryAttempts();
    }

    @Test
    void a_version_that_is_published_has_none() {
        RegisteredFunction published =
                Sample.publish(retrying(orders, "$LATEST", 0).withCode(Sample.OTHER_CODE, Sample.NOON));

        assertThat(published.eventInvokeConfigs()).containsOnlyKeys("$LATEST");
    }

    @Test
    void a_config_goes_with_its_alias_or_version_and_with_no_other() {
        RegisteredFunction configured = retrying(retrying(retrying(orders, "live", 0), "1", 0), "t", 1);

        RegisteredFunction withoutAlias = AliasRules.delete(configured, "live");

        assertThat(withoutAlias.eventInvokeConfigs()).containsOnlyKeys("1", "t");
        assertThat(Publishing.withoutVersion(withoutAlias, 1).eventInvokeConfigs())
                .containsOnlyKeys("t");
    }

    @Test
    void what_does_not_exist_cannot_be_configured() {
        assertThatThrownBy(() -> retrying(orders, "3", 0)).isInstanceOf(VersionUnknown.class);
        assertThatThrownBy(() -> retrying(orders, "gone", 0)).isInstanceOf(AliasUnknown.class);
    }

    @Test
    void a_config_can_be_taken_away() {
        RegisteredFunction configured = retrying(retrying(orders, "live", 0), "1", 0);

        assertThat(EventInvokeRules.configure(configured, "live", before -> Optional.empty())
                        .eventInvokeConfigs())
                .containsOnlyKeys("1");
    }
}
