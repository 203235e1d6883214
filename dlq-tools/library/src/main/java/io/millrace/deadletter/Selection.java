package io.millrace.deadletter;

import io.millrace.broker.envelope.EventProperties;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which dead letters of a queue are meant; all of its parts must hold. What the broker can evaluate is in {@link
 * #selector}, what needs the message itself in {@link #rest}.
 *
 * @param ids any of these; empty for any
 * @param errorType the error type of the recorded cause; with a {@code *} at its end, the beginning of it
 * @param filter an expression in the broker's selector language, over properties
 * @param period when they died; those whose time of death nobody recorded are in none
 * @param function whose dead letters, as written on them or else by the queue they died in
 * @param version the function's version that failed
 * @param properties name and value, as text, of properties or headers
 * @param json pointers into a JSON body (RFC 6901) and the value there, as text or as JSON
 * @param bodyContains text somewhere in the body, in UTF-8
 * @param group the fingerprint of a group, or its beginning: see {@link Fingerprint}
 */
public record Selection(
        Set<String> ids,
        Optional<String> errorType,
        Optional<String> filter,
        Period period,
        Optional<String> function,
        Optional<String> version,
        Map<String, String> properties,
        Map<String, String> json,
        Optional<String> bodyContains,
        Optional<String> group) {
    public static final Selection ALL = new Selection(Set.of(), Optional.empty(), Optional.empty());

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d{0,17})");
    private static final Set<String> RESERVED = Set.of(
            "AND", "OR", "NOT", "BETWEEN", "IN", "IS", "NULL", "LIKE", "ESCAPE", "TRUE", "FALSE", "XPATH", "MOD",
            "DIV");
    // In the selector language these would be properties.
    private static final Set<String> HEADERS = Set.of("subject", "priority", "durable");

    public Selection {
        ids = Set.copyOf(ids);
        properties = Map.copyOf(properties);
        json = Map.copyOf(json);
    }

    public Selection(Set<String> ids, Optional<String> errorType, Optional<String> filter) {
        this(
                ids,
                errorType,
                filter,
                Period.ALWAYS,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * A stretch of time.
     *
     * @param since with this instant
     * @param until without this instant
     */
    public record Period(Optional<Instant> since, Optional<Instant> until) {
        public static final Period ALWAYS = new Period(Optional.empty(), Optional.empty());
    }

    public static Selection ofId(String id) {
        return new Selection(Set.of(id), Optional.empty(), Optional.empty());
    }

    /** Those with this fingerprint, or one that begins so. */
    public static Selection ofGroup(String fingerprint) {
        return new Selection(
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Period.ALWAYS,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.of(fingerprint));
    }

    /** As this, whatever the group. */
    public Selection ofAnyGroup() {
        return new Selection(
                ids, errorType, filter, period, function, version, properties, json, bodyContains, Optional.empty());
    }

    /** In the broker's selector language; empty for all. */
    public String selector() {
        List<String> parts = new ArrayList<>();
        if (!ids.isEmpty()) {
            parts.add(ids.stream().sorted().map(Selection::idSelector).collect(Collectors.joining(" OR ")));
        }
        errorType.ifPresent(type -> parts.add(like(EventProperties.ERROR_TYPE, type)));
        period.since().ifPresent(first -> parts.add(EventProperties.DIED_AT + " >= " + first.toEpochMilli()));
        period.until().ifPresent(end -> parts.add(EventProperties.DIED_AT + " < " + end.toEpochMilli()));
        function.ifPresent(name -> parts.add(functionSelector(name)));
        version.ifPresent(name -> parts.add(EventProperties.FUNCTION_VERSION + " = " + quoted(name)));
        new TreeMap<>(properties).forEach((name, value) -> {
            if (isForBroker(name)) {
                parts.add(propertySelector(name, value));
            }
        });
        filter.ifPresent(parts::add);
        return parts.stream().map(part -> "(" + part + ")").collect(Collectors.joining(" AND "));
    }

    private static Predicate<DeadLetter> ofGroup(Fingerprint.OfMany fingerprints, String beginning) {
        return letter -> fingerprints.of(letter).startsWith(beginning);
    }

    /** What must hold besides and needs the message to tell; empty if the selector says all. Of one thread. */
    public Optional<Predicate<DeadLetter>> rest() {
        List<Predicate<DeadLetter>> parts = new ArrayList<>();
        properties.forEach((name, value) -> {
            if (!isForBroker(name)) {
                parts.add(letter -> BodyMatch.hasProperty(letter, name, value));
            }
        });
        group.ifPresent(beginning -> parts.add(ofGroup(new Fingerprint.OfMany(), beginning)));
        bodyContains.ifPresent(text -> parts.add(BodyMatch.contains(text)));
        if (!json.isEmpty()) {
            parts.add(BodyMatch.json(json));
        }
        return parts.stream().reduce(Predicate::and);
    }

    /** Whether the body has to be read to tell. */
    boolean readsBody() {
        return bodyContains.isPresent() || !json.isEmpty();
    }

    /** Whether more has to be read to tell than what GlanceReader reads. */
    boolean readsMore() {
        return readsBody() || !properties.keySet().stream().allMatch(Selection::isForBroker);
    }

    private static boolean isForBroker(String property) {
        return IDENTIFIER.matcher(property).matches()
                && !HEADERS.contains(property)
                && !RESERVED.contains(property.toUpperCase(Locale.ROOT));
    }

    private static String propertySelector(String name, String value) {
        String text = name + " = " + quoted(value);
        if (NUMBER.matcher(value).matches()) {
            return text + " OR " + name + " = " + value;
        }
        boolean isFlag = value.equals("true") || value.equals("false");
        return isFlag ? text + " OR " + name + " = " + value.toUpperCase(Locale.ROOT) : text;
    }

    private static String functionSelector(String name) {
        return EventProperties.FUNCTION + " = " + quoted(name) + " OR (" + EventProperties.FUNCTION + " IS NULL AND "
                + EventProperties.ORIGIN_QUEUE + " = " + quoted("invoke." + name) + ")";
    }

    private static String like(String property, String pattern) {
        if (!pattern.endsWith("*")) {
            return property + " = " + quoted(pattern);
        }
        String beginning = pattern.substring(0, pattern.length() - 1).replaceAll("[\\\\%_]", "\\\\$0");
        return property + " LIKE " + quoted(beginning + "%") + " ESCAPE '\\'";
    }

    // Whichever of the three an id was made of: see DeadLetter.
    private static String idSelector(String id) {
        if (id.matches("#\\d{1,18}")) {
            return "_AMQ_ORIG_MESSAGE_ID = " + id.substring(1);
        }
        String messageId = id.startsWith("ID:") ? id : "ID:" + id;
        return EventProperties.REQUEST_ID + " = " + quoted(id) + " OR AMQUserID = " + quoted(messageId);
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
