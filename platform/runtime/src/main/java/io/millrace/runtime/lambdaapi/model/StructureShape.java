package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.model.Member.Place;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Named members.
 *
 * @param members in the order of the description
 * @param inBody those of them that stand in a body, by their names
 */
record StructureShape(List<Member> members, Map<String, Member> inBody) implements Shape {

    StructureShape(List<Member> members) {
        this(
                members,
                members.stream()
                        .filter(member -> member.place() == Place.BODY)
                        .collect(Collectors.toUnmodifiableMap(Member::name, Function.identity())));
    }

    @Override
    public ObjectNode read(BodyReader in, String at) throws IOException {
        if (in.token() != JsonToken.START_OBJECT) {
            throw new MalformedRequestException("Expected structure or null at '" + at + "'");
        }
        return readMembers(in, at);
    }

    ObjectNode readMembers(BodyReader in, String at) throws IOException {
        ObjectNode object = in.object();
        while (in.next() != JsonToken.END_OBJECT) {
            Member member = inBody.get(in.name());
            in.next();
            if (member == null) {
                in.skip();
            } else {
                object.set(member.name(), in.value(member.shape(), member.within(at)));
            }
        }
        return object;
    }

    @Override
    public void check(JsonNode value, String at, Violations found) {
        for (Member member : members) {
            if (member.place() == Place.BODY) {
                checkMember(member, value.path(member.name()), member.within(at), found);
            }
        }
    }

    static void checkMember(Member member, JsonNode value, String at, Violations found) {
        boolean isPresent = !value.isMissingNode() && !value.isNull();
        if (isPresent) {
            member.shape().check(value, at, found);
        } else if (member.isRequired()) {
            found.addNull(at);
        }
    }

    void checkPresent(JsonNode value, String at, Violations found) {
        if (value.isNull()) {
            found.addNull(at);
        } else {
            check(value, at, found);
        }
    }

    @Override
    public boolean fits(JsonNode value) {
        return members.stream().allMatch(member -> {
            JsonNode inner = value.path(member.name());
            boolean isAbsent = inner.isMissingNode() || inner.isNull();
            return isAbsent ? !member.isRequired() : member.shape().fits(inner);
        });
    }

    @Override
    public List<String> rules() {
        return List.of();
    }

    @Override
    public boolean isSensitive() {
        return members.stream().anyMatch(member -> member.shape().isSensitive());
    }
}
