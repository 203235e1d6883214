package io.millrace.examples.earthquakes;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;

/**
 * The alert for one event, after its dead letters were read: the magnitude is a logarithm, so that below zero is small
 * and not wrong; and what people blow up is in the feed on purpose, so it is ignored and not refused.
 */
public final class EarthquakeAlertsFixed implements RequestHandler<Earthquake, EarthquakeAlert> {
    /** @throws MissingMagnitudeException when an earthquake has no magnitude */
    @Override
    public EarthquakeAlert handleRequest(Earthquake event, Context context) {
        if (!"earthquake".equals(event.properties().type())) {
            return EarthquakeAlert.of(event, AlertLevel.IGNORED);
        }
        Double magnitude = event.properties().mag();
        if (magnitude == null) {
            throw new MissingMagnitudeException(event.id());
        }
        Region region = Region.of(event.properties().place());
        return EarthquakeAlert.of(event, AlertLevel.of(magnitude, region));
    }
}
