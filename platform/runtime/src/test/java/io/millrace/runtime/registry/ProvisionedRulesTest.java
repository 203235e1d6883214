package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.registry.FunctionAdministrationException.AliasUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused.Reason;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionUnknown;
import io.millrace.runtime.registry.ProvisionedRules.Budget;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ProvisionedRulesTest {
    private static final Budget THOUSAND = new Budget(1000, 100);

    private final RegisteredFunction function =
            AliasRules.create(AliasRules.create(Sample.function(3), Sample.alias("live", "1")), alias("$LATEST"));

    @Test
    void a_version_or_an_alias_can_have_environments_and_the_revision_stays() {
        RegisteredFunction after = provision(provision(function, "live", 5), "2", 7);

        assertThat(after.published().provisioned()).containsOnlyKeys("live", "2");
        assertThat(after.published().provisioned("2")).contains(new ProvisionedConcurrency("2", 7, Sample.NOON));
        assertThat(ProvisionedRules.total(after)).isEqualTo(12);
        assertThat(after.revisionId()).isEqualTo(function.revisionId());
    }

    @Test
    void what_is_not_published_is_refused() {
        refused(() -> provision(function, "$LATEST", 1), Reason.UNPUBLISHED);
        refused(() -> provision(function, "dev", 1), Reason.UNPUBLISHED);
        assertThatThrownBy(() -> provision(function, "9", 1)).isInstanceOf(VersionUnknown.class);
        assertThatThrownBy(() -> provision(function, "none", 1)).isInstanceOf(AliasUnknown.class);
    }

    @Test
    void a_version_and_its_alias_cannot_both_have_environments() {
        refused(() -> provision(provision(function, "1", 1), "live", 1), Reason.VERSION_IS_PROVISIONED);
        refused(() -> provision(provision(function, "live", 1), "1", 1), Reason.ALIAS_IS_PROVISIONED);
    }

    @Test
    void two_aliases_of_one_version_cannot_both_have_environments() {
        RegisteredFunction twin = AliasRules.create(function, Sample.alias("twin", "1"));

        refused(() -> provision(provision(twin, "live", 1), "twin", 1), Reason.VERSION_IS_PROVISIONED);
    }

    @Test
    void the_environments_of_a_weighted_alias_cannot_be_changed() {
        RegisteredFunction weighted = AliasRules.update(
                provision(function, "live", 3), "live", alias -> Sample.alias("live", "1", "2", 0.5), Optional.empty());

        assertThat(weighted.published().provisioned("live")).isPresent();
        refused(() -> provision(weighted, "live", 4), Reason.ALIAS_HAS_ROUTING);
    }

    @Test
    void an_alias_takes_its_environments_along_unless_the_version_has_its_own() {
        RegisteredFunction both = provision(provision(function, "live", 1), "2", 1);

        assertThat(moved(both, "3").published().provisioned("live")).isPresent();
        refused(() -> moved(both, "2"), Reason.VERSION_IS_PROVISIONED);
        refused(() -> moved(both, "$LATEST"), Reason.UNPUBLISHED);
    }

    @Test
    void environments_end_with_their_alias_or_version() {
        RegisteredFunction both = provision(provision(function, "live", 1), "2", 1);

        assertThat(AliasRules.delete(both, "live").published().provisioned()).containsOnlyKeys("2");
        assertThat(Publishing.withoutVersion(both, 2).published().provisioned()).containsOnlyKeys("live");
    }

    @Test
    void a_reservation_bounds_what_all_versions_have_together() {
        RegisteredFunction reserved = provision(function.withReservedConcurrency(OptionalInt.of(10)), "2", 6);

        assertThat(ProvisionedRules.total(provision(reserved, "3", 4))).isEqualTo(10);
        assertThat(ProvisionedRules.total(provision(reserved, "2", 10))).isEqualTo(10);
        refused(() -> provision(reserved, "3", 5), Reason.PROVISIONED_ABOVE_RESERVED);
        assertThat(ProvisionedRules.claim(reserved)).isEqualTo(10);
    }

    @Test
    void without_a_reservation_the_unreserved_pool_must_keep_its_minimum() {
        assertThat(ProvisionedRules.claim(provision(function, "2", 900))).isEqualTo(900);
        refused(() -> provision(function, "2", 901), Reason.PROVISIONED_BREAKS_MINIMUM);
        refused(() -> provision(function, "2", 1001), Reason.PROVISIONED_ABOVE_UNRESERVED);
    }

    @Test
    void what_is_replaced_counts_as_given_back() {
        RegisteredFunction before = provision(function, "2", 900);
        Budget left = new Budget(100, 100);

        assertThat(ProvisionedRules.total(ProvisionedRules.provision(before, "2", 850, left, Sample.NOON)))
                .isEqualTo(850);
        refused(() -> ProvisionedRules.provision(before, "3", 1, left, Sample.NOON), Reason.PROVISIONED_BREAKS_MINIMUM);
    }

    @Test
    void a_reservation_cannot_be_less_than_what_is_provisioned() {
        RegisteredFunction provisioned = provision(function, "2", 2);

        refused(
                () -> ProvisionedRules.requireReservable(provisioned, OptionalInt.of(1)),
                Reason.RESERVED_BELOW_PROVISIONED);
        ProvisionedRules.requireReservable(provisioned, OptionalInt.of(2));
        ProvisionedRules.requireReservable(provisioned, OptionalInt.empty());
    }

    private static Alias alias(String version) {
        return Sample.alias("dev", version);
    }

    private static RegisteredFunction moved(RegisteredFunction function, String version) {
        return AliasRules.update(function, "live", alias -> Sample.alias("live", version), Optional.empty());
    }

    private static RegisteredFunction provision(RegisteredFunction function, String qualifier, int environments) {
        return ProvisionedRules.provision(function, qualifier, environments, THOUSAND, Sample.NOON);
    }

    private static void refused(ThrowingCallable call, Reason reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(ConcurrencyRefused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason));
    }
}
