package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.registry.FunctionAdministrationException.AliasExists;
import io.millrace.runtime.registry.FunctionAdministrationException.AliasUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.RevisionMismatch;
import io.millrace.runtime.registry.FunctionAdministrationException.RoutingRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.RoutingRefused.Rule;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionUnknown;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AliasRulesTest {
    private static final Optional<String> ANY = Optional.empty();

    private final RegisteredFunction function = Sample.function(2);

    @Test
    void an_alias_leaves_the_functions_revision_as_it_is() {
        RegisteredFunction after = AliasRules.create(function, Sample.alias("live", "1"));

        assertThat(after.revisionId()).isEqualTo(function.revisionId());
        assertThat(after.published().alias("live"))
                .hasValueSatisfying(alias -> assertThat(alias.pointsTo("1")).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "0", "01", "-1", "99999999999", "live", ""})
    void an_alias_of_a_version_that_does_not_exist_is_refused(String version) {
        assertThatThrownBy(() -> AliasRules.create(function, Sample.alias("live", version)))
                .isInstanceOfSatisfying(VersionUnknown.class, unknown -> assertThat(unknown.version())
                        .isEqualTo(version));
        assertThatThrownBy(() -> AliasRules.create(function, Sample.alias("live", "1", version, 0.5)))
                .isInstanceOf(VersionUnknown.class);
    }

    @Test
    void a_name_is_given_once() {
        RegisteredFunction aliased = AliasRules.create(function, Sample.alias("live", "$LATEST"));

        assertThatThrownBy(() -> AliasRules.create(aliased, Sample.alias("live", "1")))
                .isInstanceOfSatisfying(
                        AliasExists.class, exists -> assertThat(exists.alias()).isEqualTo("live"));
    }

    @ParameterizedTest
    @CsvSource({"1,1,SAME_VERSION", "$LATEST,1,LATEST", "1,$LATEST,LATEST"})
    void versions_that_cannot_share_are_refused(String version, String additional, Rule rule) {
        assertThatThrownBy(() -> AliasRules.create(function, Sample.alias("live", version, additional, 0.5)))
                .isInstanceOfSatisfying(RoutingRefused.class, refused -> assertThat(refused.rule())
                        .isEqualTo(rule));
    }

    @Test
    void versions_of_different_roles_are_refused() {
        FunctionConfiguration configuration = function.configuration();
        FunctionConfiguration otherRole = new FunctionConfiguration(
                configuration.handler(),
                configuration.runtime(),
                Optional.of("arn:aws:iam::000000000000:role/other"),
                configuration.description(),
                configuration.timeout(),
                configuration.memorySizeMegabytes(),
                configuration.ephemeralStorageMegabytes(),
                configuration.layers(),
                configuration.environment());
        RegisteredFunction third = Sample.publish(function.withConfiguration(otherRole, Sample.NOON));

        assertThatThrownBy(() -> AliasRules.create(third, Sample.alias("live", "1", "3", 0.5)))
                .isInstanceOfSatisfying(RoutingRefused.class, refused -> assertThat(refused.rule())
                        .isEqualTo(Rule.OTHER_ROLE));
    }

    @Test
    void a_change_gives_the_alias_a_new_revision_and_keeps_its_name() {
        RegisteredFunction aliased = AliasRules.create(function, Sample.alias("live", "1"));
        Alias before = aliased.published().alias("live").orElseThrow();

        RegisteredFunction after = AliasRules.update(
                aliased, "live", alias -> Sample.alias("other", "2"), Optional.of(before.revisionId()));

        assertThat(after.published().aliases()).containsOnlyKeys("live");
        assertThat(after.published().alias("live")).hasValueSatisfying(alias -> {
            assertThat(alias.functionVersion()).isEqualTo("2");
            assertThat(alias.revisionId()).isNotEqualTo(before.revisionId());
        });
        assertThat(after.revisionId()).isEqualTo(aliased.revisionId());
    }

    @Test
    void a_change_of_what_is_not_there_or_not_as_expected_is_refused() {
        RegisteredFunction aliased = AliasRules.create(function, Sample.alias("live", "1"));

        assertThatThrownBy(() -> AliasRules.update(aliased, "none", alias -> alias, ANY))
                .isInstanceOf(AliasUnknown.class);
        assertThatThrownBy(() -> AliasRules.update(aliased, "live", alias -> alias, Optional.of("old")))
                .isInstanceOf(RevisionMismatch.class);
        assertThatThrownBy(() -> AliasRules.update(aliased, "live", alias -> Sample.alias("live", "9"), ANY))
                .isInstanceOf(VersionUnknown.class);
    }

    @Test
    void a_deleted_alias_is_gone_and_one_that_never_was_too() {
        RegisteredFunction aliased = AliasRules.create(function, Sample.alias("live", "1"));

        assertThat(AliasRules.delete(aliased, "live")).isEqualTo(function);
        assertThat(AliasRules.delete(aliased, "none")).isEqualTo(aliased);
    }
}
