package dev.connectcdc.transforms;

import io.debezium.connector.postgresql.data.Ltree;
import io.debezium.data.Bits;
import io.debezium.data.EnumSet;
import io.debezium.data.Json;
import io.debezium.data.TsVector;
import io.debezium.data.Uuid;
import io.debezium.data.VariableScaleDecimal;
import io.debezium.data.Xml;
import io.debezium.data.geometry.Circle;
import io.debezium.data.geometry.Geography;
import io.debezium.data.geometry.Geometry;
import io.debezium.data.geometry.Line;
import io.debezium.data.geometry.Point;
import io.debezium.data.vector.DoubleVector;
import io.debezium.data.vector.FloatVector;
import io.debezium.data.vector.SparseDoubleVector;
import io.debezium.time.Interval;
import io.debezium.time.IsoDate;
import io.debezium.time.IsoTime;
import io.debezium.time.IsoTimestamp;
import io.debezium.time.MicroDuration;
import io.debezium.time.MicroTime;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.NanoDuration;
import io.debezium.time.NanoTime;
import io.debezium.time.NanoTimestamp;
import io.debezium.time.StructuredDate;
import io.debezium.time.StructuredDuration;
import io.debezium.time.StructuredTime;
import io.debezium.time.StructuredTimestamp;
import io.debezium.time.StructuredZonedTime;
import io.debezium.time.StructuredZonedTimestamp;
import io.debezium.time.Year;
import io.debezium.time.ZonedTime;
import io.debezium.time.ZonedTimestamp;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;

/** A value of every logical type of Connect and of Debezium, made by their own classes, with the form it must get. */
final class TypeSamples {

    /**
     * @param schema what names the type
     * @param value a value of the type
     * @param json its JSON
     * @param xml what stands inside its element
     */
    record Sample(Schema schema, Object value, String json, String xml) {

        @Override
        public String toString() {
            return schema.name();
        }
    }

    private static final String WKB = "AQEAAAAAAAAAAAD4PwAAAAAAAADA";

    private static final String POINT_JSON = "{\"x\":1.5,\"y\":-2.0,\"wkb\":\"" + WKB + "\",\"srid\":null}";

    private static final String POINT_XML = "<x>1.5</x><y>-2.0</y><wkb>" + WKB + "</wkb>" + nil("srid");

    static final List<Sample> ALL = List.of(
            text(Decimal.schema(2), new BigDecimal("12.50"), "12.50", false),
            text(org.apache.kafka.connect.data.Date.SCHEMA, new Date(20780 * 86_400_000L), "2026-11-23"),
            text(Time.SCHEMA, new Date(7512846), "02:05:12.846"),
            text(Timestamp.SCHEMA, new Date(1795399512846L), "2026-11-23T02:05:12.846Z"),
            text(io.debezium.time.Date.schema(), 20780, "2026-11-23"),
            text(io.debezium.time.Time.schema(), 7512846, "02:05:12.846"),
            text(MicroTime.schema(), 7512846509L, "02:05:12.846509"),
            text(NanoTime.schema(), 7512846509001L, "02:05:12.846509001"),
            text(io.debezium.time.Timestamp.schema(), 1795399512846L, "2026-11-23T02:05:12.846"),
            text(MicroTimestamp.schema(), 1795399512846509L, "2026-11-23T02:05:12.846509"),
            text(NanoTimestamp.schema(), 1795399512846509001L, "2026-11-23T02:05:12.846509001"),
            text(MicroDuration.schema(), 130500000001L, "PT36H15M0.000001S"),
            text(NanoDuration.schema(), 1L, "PT0.000000001S"),
            text(Interval.schema(), Interval.toIsoString(1, 2, 3, 4, 5, BigDecimal.ONE), "P1Y2M3DT4H5M1S"),
            text(Year.schema(), 2026, "2026", false),
            text(ZonedTime.schema(), "02:05:12.846509Z", "02:05:12.846509Z"),
            text(ZonedTimestamp.schema(), "2026-11-23T02:05:12.846509Z", "2026-11-23T02:05:12.846509Z"),
            text(IsoDate.schema(), "2026-11-23Z", "2026-11-23Z"),
            text(IsoTime.schema(), "02:05:12.846509Z", "02:05:12.846509Z"),
            text(IsoTimestamp.schema(), "2026-11-23T02:05:12.846509Z", "2026-11-23T02:05:12.846509Z"),
            text(Bits.schema(11), new byte[] {5}, "00000000101"),
            text(io.debezium.data.Enum.schema("sad,happy"), "sad", "sad"),
            text(EnumSet.schema("a,b"), "a,b", "a,b"),
            new Sample(Json.schema(), "{\"a\": 1}", "\"{\\\"a\\\": 1}\"", "{\"a\": 1}"),
            new Sample(Xml.schema(), "<a/>", "\"<a/>\"", "&lt;a/&gt;"),
            text(Uuid.schema(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            text(Ltree.schema(), "Top.Science", "Top.Science"),
            text(TsVector.builder().build(), "'cat':2 'fat':1", "'cat':2 'fat':1"),
            text(
                    VariableScaleDecimal.schema(),
                    VariableScaleDecimal.fromLogical(VariableScaleDecimal.schema(), new BigDecimal("-0.256")),
                    "-0.256",
                    false),
            new Sample(
                    Geometry.schema(),
                    Geometry.createValue(Geometry.schema(), new byte[] {1, 2}, 4326),
                    "{\"wkb\":\"AQI=\",\"srid\":4326,\"extensions\":null}",
                    "<wkb>AQI=</wkb><srid>4326</srid>" + nil("extensions")),
            geography(Geography.builder().build()),
            point(Point.builder().build()),
            new Sample(
                    Circle.schema(),
                    Circle.createValue(Circle.schema(), 1.5, -2, 3),
                    "{\"center\":" + POINT_JSON + ",\"radius\":3.0}",
                    "<center>" + POINT_XML + "</center><radius>3.0</radius>"),
            new Sample(
                    Line.schema(),
                    Line.createValue(Line.schema(), 1, -1, 0.5),
                    "{\"a\":1.0,\"b\":-1.0,\"c\":0.5}",
                    "<a>1.0</a><b>-1.0</b><c>0.5</c>"),
            parts(StructuredDate.builder()),
            parts(StructuredTime.builder()),
            parts(StructuredTimestamp.builder()),
            parts(StructuredZonedTime.builder()),
            parts(StructuredZonedTimestamp.builder()),
            parts(StructuredDuration.builder()),
            new Sample(
                    DoubleVector.schema(), List.of(1.5, 2.0), "[1.5,2.0]", "<item>1.5</item><item>2.0</item>"),
            new Sample(FloatVector.schema(), List.of(1.5f), "[1.5]", "<item>1.5</item>"),
            new Sample(
                    SparseDoubleVector.schema(),
                    SparseDoubleVector.fromLogical(SparseDoubleVector.schema(), "{1:1.5}/25"),
                    "{\"dimensions\":25,\"vector\":{\"1\":1.5}}",
                    "<dimensions>25</dimensions><vector><_x0031_>1.5</_x0031_></vector>"));

    private TypeSamples() {}

    private static Sample text(Schema schema, Object value, String text) {
        return text(schema, value, text, true);
    }

    private static Sample text(Schema schema, Object value, String text, boolean quoted) {
        return new Sample(schema, value, quoted ? '"' + text + '"' : text, text);
    }

    private static Sample geography(Schema schema) {
        return new Sample(
                schema,
                Geometry.createValue(schema, new byte[] {1, 2}, null),
                "{\"wkb\":\"AQI=\",\"srid\":null}",
                "<wkb>AQI=</wkb>" + nil("srid"));
    }

    private static Sample point(Schema schema) {
        return new Sample(schema, Point.createValue(schema, 1.5, -2), POINT_JSON, POINT_XML);
    }

    /** A struct of numbers, and of texts that are null. */
    private static Sample parts(SchemaBuilder builder) {
        Schema schema = builder.build();
        Struct value = new Struct(schema);
        List<String> json = new ArrayList<>();
        StringBuilder xml = new StringBuilder();
        for (Field field : schema.fields()) {
            String name = field.name();
            Object number = switch (field.schema().type()) {
                case INT8 -> (byte) 1;
                case INT32 -> 1;
                case INT64 -> 1L;
                default -> null;
            };
            value.put(field, number);
            json.add('"' + name + "\":" + number);
            xml.append(number == null ? nil(name) : "<" + name + ">1</" + name + ">");
        }
        return new Sample(schema, value, "{" + String.join(",", json) + "}", xml.toString());
    }

    private static String nil(String element) {
        return "<" + element + " xsi:nil=\"true\"/>";
    }
}
