package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import io.millrace.core.scaling.CapacityRange;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.core.scaling.Suspension;
import io.millrace.core.scaling.TargetTrackingPolicy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Stored scalable targets with their policies and scheduled actions. */
final class ScalingTables {
    private static final String ALL_TARGETS =
            """
            SELECT function_name, qualifier, id, minimum, maximum, scale_in_suspended, scale_out_suspended,
                   schedule_suspended, created, registered
              FROM scalable_targets
            """;
    private static final String POLICIES =
            """
            SELECT name, id, target, scale_out_cooldown_seconds, scale_in_cooldown_seconds, scale_in_disabled, created
              FROM scaling_policies WHERE function_name = ? AND qualifier = ?
            """;
    private static final String ACTIONS =
            """
            SELECT name, id, schedule, time_zone, starts, ends, minimum, maximum, created
              FROM scheduled_actions WHERE function_name = ? AND qualifier = ?
            """;
    private static final String DELETE = "DELETE FROM scalable_targets WHERE function_name = ? AND qualifier = ?";
    private static final String INSERT_TARGET =
            """
            INSERT INTO scalable_targets (function_name, qualifier, id, minimum, maximum, scale_in_suspended,
                   scale_out_suspended, schedule_suspended, created, registered)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;
    private static final String INSERT_POLICY =
            """
            INSERT INTO scaling_policies (function_name, qualifier, name, id, target, scale_out_cooldown_seconds,
                   scale_in_cooldown_seconds, scale_in_disabled, created)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;
    private static final String INSERT_ACTION =
            """
            INSERT INTO scheduled_actions (function_name, qualifier, name, id, schedule, time_zone, starts, ends,
                   minimum, maximum, created)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private ScalingTables() {}

    static List<ScalableTarget> all(Connection connection) throws SQLException {
        List<ScalableTarget> whole = new ArrayList<>();
        for (ScalableTarget bare : Sql.select(connection, ALL_TARGETS, ScalingTables::target)) {
            whole.add(withParts(connection, bare));
        }
        return whole;
    }

    private static ScalableTarget withParts(Connection connection, ScalableTarget bare) throws SQLException {
        String function = bare.resource().function().value();
        String qualifier = bare.resource().qualifier();
        ScalableTarget target =
                bare.withPolicy(Sql.select(connection, POLICIES, ScalingTables::policy, function, qualifier).stream()
                        .findFirst());
        for (ScheduledAction action : Sql.select(connection, ACTIONS, ScalingTables::action, function, qualifier)) {
            target = target.withAction(action);
        }
        return target;
    }

    /** @param target empty deletes */
    static void replace(Connection connection, ScalableResource resource, Optional<ScalableTarget> target)
            throws SQLException {
        Sql.execute(connection, DELETE, resource.function().value(), resource.qualifier());
        if (target.isPresent()) {
            insert(connection, target.get());
        }
    }

    private static void insert(Connection connection, ScalableTarget target) throws SQLException {
        String function = target.resource().function().value();
        String qualifier = target.resource().qualifier();
        Sql.execute(
                connection,
                INSERT_TARGET,
                function,
                qualifier,
                target.id(),
                target.range().minimum(),
                target.range().maximum(),
                target.suspended().scaleIn(),
                target.suspended().scaleOut(),
                target.suspended().scheduled(),
                Sql.time(target.created()),
                Sql.time(target.registered()));
        if (target.policy().isPresent()) {
            insert(connection, function, qualifier, target.policy().get());
        }
        for (ScheduledAction action : target.actions().values()) {
            insert(connection, function, qualifier, action);
        }
    }

    private static void insert(Connection connection, String function, String qualifier, ScalingPolicy policy)
            throws SQLException {
        TargetTrackingPolicy tracking = policy.tracking();
        Sql.execute(
                connection,
                INSERT_POLICY,
                function,
                qualifier,
                policy.name(),
                policy.id(),
                tracking.target(),
                tracking.scaleOutCooldown().toSeconds(),
                tracking.scaleInCooldown().toSeconds(),
                tracking.isScaleInDisabled(),
                Sql.time(policy.created()));
    }

    private static void insert(Connection connection, String function, String qualifier, ScheduledAction action)
            throws SQLException {
        Sql.execute(
                connection,
                INSERT_ACTION,
                function,
                qualifier,
                action.name(),
                action.id(),
                action.schedule(),
                action.timeZone().orElse(null),
                time(action.start()),
                time(action.end()),
                number(action.minimum()),
                number(action.maximum()),
                Sql.time(action.created()));
    }

    private static ScalableTarget target(ResultSet row) throws SQLException {
        Instant registered = Sql.instant(row, "registered");
        return ScalableTarget.registered(
                        new ScalableResource(
                                new FunctionName(row.getString("function_name")), row.getString("qualifier")),
                        row.getString("id"),
                        range(row),
                        suspension(row),
                        Sql.instant(row, "created"))
                .registeredAgain(range(row), suspension(row), registered);
    }

    private static CapacityRange range(ResultSet row) throws SQLException {
        return new CapacityRange(row.getInt("minimum"), row.getInt("maximum"));
    }

    private static Suspension suspension(ResultSet row) throws SQLException {
        return new Suspension(
                row.getBoolean("scale_in_suspended"),
                row.getBoolean("scale_out_suspended"),
                row.getBoolean("schedule_suspended"));
    }

    private static ScalingPolicy policy(ResultSet row) throws SQLException {
        return new ScalingPolicy(
                row.getString("name"),
                row.getString("id"),
                new TargetTrackingPolicy(
                        row.getDouble("target"),
                        Duration.ofSeconds(row.getLong("scale_out_cooldown_seconds")),
                        Duration.ofSeconds(row.getLong("scale_in_cooldown_seconds")),
                        row.getBoolean("scale_in_disabled")),
                Sql.instant(row, "created"));
    }

    private static ScheduledAction action(ResultSet row) throws SQLException {
        return new ScheduledAction(
                row.getString("name"),
                row.getString("id"),
                row.getString("schedule"),
                Optional.ofNullable(row.getString("time_zone")),
                instant(row, "starts"),
                instant(row, "ends"),
                number(row, "minimum"),
                number(row, "maximum"),
                Sql.instant(row, "created"));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    private static OptionalInt number(ResultSet row, String column) throws SQLException {
        Integer number = row.getObject(column, Integer.class);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static @Nullable OffsetDateTime time(Optional<Instant> instant) {
        return instant.map(Sql::time).orElse(null);
    }

    private static @Nullable Integer number(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
    }
}
