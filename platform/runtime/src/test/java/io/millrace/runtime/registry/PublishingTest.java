package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.registry.FunctionAdministrationException.CodeMismatch;
import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import io.millrace.runtime.registry.FunctionAdministrationException.RevisionMismatch;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionInUse;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PublishingTest {
    private static final Optional<String> ANY = Optional.empty();

    @Test
    void a_version_is_a_snapshot_and_gives_latest_a_new_revision() {
        RegisteredFunction before = Sample.function();

        Publishing.Result result = Publishing.publish(before, ANY, ANY, ANY);

        PublishedVersion version = result.version();
        assertThat(version.number()).isEqualTo(1);
        assertThat(version.configuration()).isEqualTo(before.configuration());
        assertThat(version.code()).isEqualTo(Sample.CODE);
        assertThat(version.lastModified()).isEqualTo(before.lastModified());
        assertThat(result.function().published().newest()).contains(version);
        assertThat(result.function().published().lastNumber()).isEqualTo(1);
        assertThat(result.function().revisionId()).isNotIn(before.revisionId(), version.revisionId());
        assertThat(result.function().lastModified()).isEqualTo(before.lastModified());
    }

    @Test
    void publishing_what_has_not_changed_gives_the_last_version_again() {
        Publishing.Result first = Publishing.publish(Sample.function(), ANY, Optional.of("first"), ANY);

        Publishing.Result again = Publishing.publish(first.function(), ANY, Optional.of("second"), ANY);
        Publishing.Result bare = Publishing.publish(first.function(), ANY, ANY, ANY);

        assertThat(again).isEqualTo(first);
        assertThat(bare).isEqualTo(first);
        assertThat(first.version().configuration().description()).isEqualTo("first");
    }

    @Test
    void what_is_not_part_of_the_configuration_makes_no_new_version() {
        RegisteredFunction published = Sample.function(1);
        RegisteredFunction changed = published
                .withReservedConcurrency(OptionalInt.of(7))
                .with(new EventInvokeConfig(
                        "$LATEST", Optional.of(1), Optional.empty(), Optional.empty(), Optional.empty(), Sample.NOON));

        assertThat(Publishing.publish(changed, ANY, ANY, ANY).version().number())
                .isEqualTo(1);
    }

    @Test
    void other_code_environment_or_description_makes_a_new_version() {
        RegisteredFunction first = Sample.function(1);
        FunctionConfiguration configuration = first.configuration();
        FunctionConfiguration environment = new FunctionConfiguration(
                configuration.handler(),
                configuration.runtime(),
                configuration.role(),
                configuration.description(),
                configuration.timeout(),
                configuration.memorySizeMegabytes(),
                configuration.ephemeralStorageMegabytes(),
                configuration.layers(),
                Map.of("AB", "c"));

        assertThat(number(first.withCode(Sample.OTHER_CODE, Sample.NOON))).isEqualTo(2);
        assertThat(number(first.withConfiguration(environment, Sample.NOON))).isEqualTo(2);
        assertThat(number(first.withConfiguration(configuration.withDescription("other"), Sample.NOON)))
                .isEqualTo(2);
    }

    @Test
    void code_that_went_back_to_an_older_version_makes_a_new_one() {
        RegisteredFunction second = Sample.function(2);
        CodeReference firstCode = second.published().version("1").orElseThrow().code();

        assertThat(number(second.withCode(firstCode, Sample.NOON))).isEqualTo(3);
    }

    @Test
    void a_number_is_never_given_twice() {
        RegisteredFunction without = Publishing.withoutVersion(Sample.function(2), 2);

        assertThat(without.published().versions()).containsOnlyKeys(1);
        assertThat(number(without)).isEqualTo(3);
        assertThat(number(Sample.function().withPublished(Publications.NONE.startingAfter(7))))
                .isEqualTo(8);
    }

    @Test
    void another_revision_or_hash_than_expected_is_refused() {
        RegisteredFunction function = Sample.function();

        assertThatThrownBy(() -> Publishing.publish(function, Optional.of("c".repeat(64)), ANY, Optional.of("old")))
                .isInstanceOf(RevisionMismatch.class);
        assertThatThrownBy(() -> Publishing.publish(function, Optional.of("c".repeat(64)), ANY, ANY))
                .isInstanceOfSatisfying(CodeMismatch.class, mismatch -> assertThat(mismatch.actualSha256())
                        .isEqualTo(Sample.CODE.sha256()));
        assertThat(Publishing.publish(
                                function, Optional.of(Sample.CODE.sha256()), ANY, Optional.of(function.revisionId()))
                        .version()
                        .number())
                .isEqualTo(1);
    }

    @Test
    void an_embedded_object_cannot_be_frozen() {
        RegisteredFunction embedded =
                RegisteredFunction.created(Sample.ORDERS, Sample.CONFIGURATION, Optional.empty(), Sample.NOON);

        assertThatThrownBy(() -> Publishing.publish(embedded, ANY, ANY, ANY))
                .isInstanceOf(InvalidCode.class)
                .hasMessageContaining("orders");
    }

    @Test
    void a_version_that_an_alias_needs_stays() {
        RegisteredFunction function = Sample.function(3);
        RegisteredFunction aliased = AliasRules.create(function, Sample.alias("live", "1", "2", 0.1));

        assertThatThrownBy(() -> Publishing.withoutVersion(aliased, 1)).isInstanceOf(VersionInUse.class);
        assertThatThrownBy(() -> Publishing.withoutVersion(aliased, 2)).isInstanceOf(VersionInUse.class);
        assertThat(Publishing.withoutVersion(aliased, 3).published().versions()).containsOnlyKeys(1, 2);
        assertThat(Publishing.withoutVersion(aliased, 9)).isEqualTo(aliased);
    }

    private static int number(RegisteredFunction function) {
        return Publishing.publish(function, ANY, ANY, ANY).version().number();
    }
}
