package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.BusArns;
import io.millrace.runtime.eventbus.EventBus;
import io.millrace.runtime.eventbus.EventBuses;
import io.vertx.core.Future;
import java.util.List;

/** Creates, shows and deletes event buses. */
final class Buses {
    private final EventBuses buses;
    private final BusArns arns;

    Buses(EventBuses buses, IdentitySettings identity) {
        this.buses = buses;
        this.arns = new BusArns(identity);
    }

    Future<ObjectNode> create(BusRequest request) {
        String name = Names.name(request.members(), "Name", Names.BUS);
        String description = Names.description(request.members());
        request.requireAllRead();
        request.require(arns.bus(name));
        return buses.create(name, description).map(bus -> {
            ObjectNode answer = BusRequest.answer().put("EventBusArn", arns.bus(name));
            return description.isEmpty() ? answer : answer.put("Description", description);
        });
    }

    Future<ObjectNode> delete(BusRequest request) {
        String name = Names.bus(request.members().text("Name"), arns);
        request.requireAllRead();
        request.require(arns.bus(name));
        return buses.delete(name).map(deleted -> BusRequest.answer());
    }

    Future<ObjectNode> list(BusRequest request) {
        request.require(BusRequest.NO_RESOURCE);
        String prefix = request.members().text("NamePrefix").orElse("");
        List<EventBus> found = buses.all().stream()
                .filter(bus -> bus.name().startsWith(prefix))
                .toList();
        return Future.succeededFuture(
                Page.of(request, "EventBuses", found, EventBus::name, (list, bus) -> render(list.addObject(), bus)));
    }

    Future<ObjectNode> describe(BusRequest request) {
        String name = Names.bus(request.members().text("Name"), arns);
        request.requireAllRead();
        request.require(arns.bus(name));
        return Future.succeededFuture(render(BusRequest.answer(), buses.require(name)));
    }

    private ObjectNode render(ObjectNode body, EventBus bus) {
        body.put("Name", bus.name()).put("Arn", arns.bus(bus.name()));
        if (!bus.description().isEmpty()) {
            body.put("Description", bus.description());
        }
        return body.put("CreationTime", Times.seconds(bus.created()))
                .put("LastModifiedTime", Times.seconds(bus.modified()));
    }
}
