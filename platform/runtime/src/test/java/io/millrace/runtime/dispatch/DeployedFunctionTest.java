package io.millrace.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.dispatch.DeployedFunction.AliasTarget;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.FunctionEnvironments;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeployedFunctionTest {
    private static final FunctionDefinition LATEST = FunctionDefinition.of(new FunctionName("orders"), "Orders");

    private final DeployedFunction orders = new DeployedFunction(
            version("$LATEST"),
            Map.of("1", version("1"), "2", version("2")),
            Map.of(
                    "live", new AliasTarget("1", Optional.empty(), 0),
                    "canary", new AliasTarget("1", Optional.of("2"), 0.25),
                    "stale", new AliasTarget("7", Optional.empty(), 0),
                    "newest", new AliasTarget("$LATEST", Optional.empty(), 0)),
            AsyncInvokeConfigs.same(LATEST.async()));

    private static DeployedVersion version(String version) {
        FunctionDefinition definition = new FunctionDefinition(
                LATEST.name(),
                version,
                LATEST.runtime(),
                LATEST.handler(),
                LATEST.timeout(),
                LATEST.memorySizeMegabytes(),
                LATEST.ephemeralStorageMegabytes(),
                LATEST.reservedConcurrency(),
                LATEST.async(),
                LATEST.environment());
        return new DeployedVersion(definition, new Nowhere());
    }

    private Optional<String> resolved(String qualifier, double draw) {
        return orders.resolve(Optional.of(qualifier), draw).map(DeployedVersion::version);
    }

    @Test
    void without_a_qualifier_the_latest_runs() {
        assertThat(orders.resolve(Optional.empty(), 0.5).map(DeployedVersion::version))
                .contains("$LATEST");
    }

    @Test
    void a_number_and_an_alias_name_their_version() {
        assertThat(resolved("2", 0.5)).contains("2");
        assertThat(resolved("$LATEST", 0.5)).contains("$LATEST");
        assertThat(resolved("live", 0.0)).contains("1");
        assertThat(resolved("newest", 0.0)).contains("$LATEST");
    }

    @Test
    void the_additional_version_gets_the_draws_below_its_weight() {
        assertThat(resolved("canary", 0.0)).contains("2");
        assertThat(resolved("canary", 0.2499)).contains("2");
        assertThat(resolved("canary", 0.25)).contains("1");
        assertThat(resolved("canary", 0.9999)).contains("1");
    }

    @Test
    void what_does_not_exist_is_nothing() {
        assertThat(resolved("3", 0.5)).isEmpty();
        assertThat(resolved("elsewhere", 0.5)).isEmpty();
        assertThat(resolved("stale", 0.5)).isEmpty();
    }

    /** Never asked to run. */
    private static final class Nowhere implements FunctionEnvironments {
        @Override
        public void run(Invocation invocation, Capacity capacity, Caller caller, Consumer<Outcome> whenEnded) {
            throw new IllegalStateException("nothing runs here");
        }

        @Override
        public void provision(int environments, AllocationListener progress) {
            progress.available(0);
        }

        @Override
        public boolean hasRoom(InvocationType type) {
            return true;
        }

        @Override
        public boolean hasRoomToSpare() {
            return true;
        }

        @Override
        public boolean inThisProcess() {
            return true;
        }

        @Override
        public int count() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
