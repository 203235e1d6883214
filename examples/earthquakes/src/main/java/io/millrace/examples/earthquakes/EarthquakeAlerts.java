package io.millrace.examples.earthquakes;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;

/**
 * The alert for one event, as first written: it reads well, passes review, and gives up on 72 of the 1,707 real events.
 * {@link EarthquakeAlertsFixed} is what its author deploys after reading the dead letters.
 */
public final class EarthquakeAlerts implements RequestHandler<Earthquake, EarthquakeAlert> {
    /**
     * @throws NotAnEarthquakeException when the event is a blast or an explosion
     * @throws NegativeMagnitudeException when the magnitude is below zero
     * @throws MissingMagnitudeException when there is no magnitude
     */
    @Override
    public EarthquakeAlert handleRequest(Earthquake event, Context context) {
        String type = event.properties().type();
        if (!"earthquake".equals(type)) {
            throw new NotAnEarthquakeException(event.id(), type);
        }
        Double magnitude = event.properties().mag();
        if (magnitude == null) {
            throw new MissingMagnitudeException(event.id());
        }
        if (magnitude < 0) {
            throw new NegativeMagnitudeException(event.id(), magnitude);
        }
        Region region = Region.of(event.properties().place());
        return EarthquakeAlert.of(event, AlertLevel.of(magnitude, region));
    }
}
