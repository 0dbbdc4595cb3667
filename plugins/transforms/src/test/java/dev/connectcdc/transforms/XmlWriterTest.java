package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class XmlWriterTest {

    static final String XSI = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

    private static final String NIL = " xsi:nil=\"true\"/>";

    private final XmlWriter<SinkRecord> writer = new XmlWriter<>();

    @AfterEach
    void close() {
        writer.close();
    }

    private Object write(Map<String, String> config, SinkRecord record) {
        writer.configure(config);
        return writer.apply(record).value();
    }

    @Test
    void schemaless() {
        assertEquals(
                "<customer" + XSI + "><email" + NIL + "<first_name>Bo &amp; &lt;Co&gt;</first_name><id>2</id>"
                        + "<tags><item>1.5</item><item><a>true</a></item></tags></customer>",
                write(Map.of(), Events.json("{\"op\":\"c\",\"source\":{\"table\":\"customer\"},\"after\":{\"id\":2,\"first_name\":\"Bo & <Co>\","
                        + "\"tags\":[1.5,{\"a\":true}],\"email\":null}}")));
    }

    @Test
    void withSchema() {
        assertEquals(
                "<customer" + XSI + "><id>1</id><first_name>Ada</first_name><born>1815-12-10</born><email" + NIL + "</customer>",
                write(Map.of(), Events.event(Events.ROW, "c", null, Events.ada())));
    }

    @Test
    void valuesHaveTheirXmlSchemaForm() {
        Schema row = SchemaBuilder.struct()
                .optional()
                .field("amount", Decimal.schema(2))
                .field("bytes", Schema.BYTES_SCHEMA)
                .field("up", Schema.FLOAT64_SCHEMA)
                .field("down", Schema.FLOAT32_SCHEMA)
                .field("none", Schema.FLOAT64_SCHEMA)
                .build();
        Struct value = new Struct(row)
                .put("amount", new BigDecimal("12.50"))
                .put("bytes", new byte[] {0, -1})
                .put("up", Double.POSITIVE_INFINITY)
                .put("down", Float.NEGATIVE_INFINITY)
                .put("none", Double.NaN);
        assertEquals(
                "<customer><amount>12.50</amount><bytes>AP8=</bytes><up>INF</up><down>-INF</down><none>NaN</none></customer>",
                write(Map.of(), Events.event(row, "c", null, value)));
    }

    @Test
    void namesOfElementsAreSettings() {
        assertEquals(
                "<kunde><tags><tag>1</tag></tags></kunde>",
                write(Map.of("root.element", "kunde", "item.element", "tag"),
                        Events.event("c", null, Map.of("tags", List.of(1)))));
    }

    @Test
    void theRootIsTheTableUnlessNamed() {
        Map<String, String> config = Map.of();
        String event = "{\"op\":\"c\",\"after\":{},\"source\":{\"table\":\"my table\"}}";
        assertEquals("<my_x0020_table></my_x0020_table>", write(config, Events.json(event)));
        SinkRecord withoutTable = Events.json("{\"op\":\"c\",\"after\":{},\"source\":{}}");
        DataException e = assertThrows(DataException.class, () -> write(config, withoutTable));
        assertTrue(e.getMessage().endsWith("the change event has no 'source.table'"), e.getMessage());
    }

    @Test
    void theRootIsTheTableWhereTheEventHasASchema() {
        Schema source = SchemaBuilder.struct().field("table", Schema.STRING_SCHEMA).build();
        Schema row = SchemaBuilder.struct().optional().build();
        Schema schema = SchemaBuilder.struct()
                .field("after", row)
                .field("op", Schema.STRING_SCHEMA)
                .field("source", source)
                .build();
        Struct event = new Struct(schema)
                .put("after", new Struct(row))
                .put("op", "c")
                .put("source", new Struct(source).put("table", "orders"));
        assertEquals("<orders></orders>", write(Map.of("root.element", "${table}"), Events.record(schema, event)));
    }

    @Test
    void nullsInArraysKeepTheirPlaces() {
        SinkRecord record = Events.event("c", null, Map.of("a", Arrays.asList(null, 1)));
        String kept = "<customer" + XSI + "><a><item" + NIL + "<item>1</item></a></customer>";
        assertEquals(kept, write(Map.of("null.handling", "nil"), record));
        assertEquals(kept, write(Map.of("null.handling", "omit"), record));
        assertEquals("<customer><a><item/><item>1</item></a></customer>", write(Map.of("null.handling", "empty"), record));
    }

    @Test
    void theNamespaceOfNullsIsDeclaredOnceWhereThereIsOne() {
        Map<String, Object> row = new HashMap<>(Map.of("c", Map.of("d", Arrays.asList(1, null))));
        row.put("a", null);
        row.put("b", null);
        assertEquals(
                "<customer" + XSI + "><a" + NIL + "<b" + NIL + "<c><d><item>1</item><item" + NIL + "</d></c></customer>",
                write(Map.of(), Events.event("c", null, row)));
        row.remove("c");
        assertEquals("<customer></customer>", write(Map.of("null.handling", "omit"), Events.event("c", null, row)));
    }

    @ParameterizedTest
    @CsvSource({"empty,<customer><a></a><b/></customer>", "omit,<customer><a></a></customer>"})
    void nullsCanBeEmptyOrLeftOut(String handling, String expected) {
        Map<String, Object> row = new HashMap<>(Map.of("a", ""));
        row.put("b", null);
        assertEquals(expected, write(Map.of("null.handling", handling), Events.event("c", null, row)));
    }

    @ParameterizedTest
    @CsvSource({
        "first name, first_x0020_name",
        "1st, _x0031_st",
        "a:b, a_x003A_b",
        "xmlData, _x0078_mlData",
        "XMLData, _x0058_MLData",
        "a_x, a_x005F_x",
        "_x0041_, _x005F_x0041_",
        "größe, größe",
        "a-b.c, a-b.c",
        "-a, _x002D_a",
        "'', _x_",
        "_x_, _x005F_x_",
        "a<b>&, a_x003C_b_x003E__x0026_",
        "имя, имя",
        "名前, 名前",
        "a\uD83D\uDE00, a_x01F600_",
        "a\u0300, a_x0300_",
        "a\uD800, a_xD800_",
    })
    void namesAreMadeLegalAsSqlXmlDoes(String name, String expected) {
        assertEquals(expected, XmlNames.of(name));
    }

    @Test
    void everyCharacterThatStaysInANameIsOneForTheParser() throws Exception {
        StringBuilder xml = new StringBuilder("<all>");
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            for (String name : List.of(Character.toString(c), "a" + Character.toString(c))) {
                if (XmlNames.of(name).equals(name)) {
                    xml.append('<').append(name).append("/>");
                }
            }
        }
        DocumentBuilder parser = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
        Element all = parser.parse(new InputSource(new StringReader(xml.append("</all>").toString()))).getDocumentElement();
        assertTrue(all.getChildNodes().getLength() > 60_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "1a", "a:b", "<a>", "-a"})
    void badConfig(String name) {
        assertThrows(ConfigException.class, () -> writer.configure(Map.of("root.element", name)));
        assertThrows(ConfigException.class, () -> writer.configure(Map.of("item.element", name)));
        assertThrows(ConfigException.class, () -> writer.configure(Map.of("null.handling", name)));
    }

    @Test
    void whateverTheRowAnotherParserGetsItBack() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        DocumentBuilder parser = factory.newDocumentBuilder();
        parser.setErrorHandler(null);
        RandomRows rows = new RandomRows();
        writer.configure(Map.of());
        for (int i = 0; i < RandomRows.CASES; i++) {
            Map<String, Object> row = rows.next();
            requireSame(parser, row, writer.apply(Events.event("c", null, row)), i);
            Struct struct = rows.nextStruct();
            requireSame(parser, struct, writer.apply(Events.event(struct.schema(), "c", null, struct)), i);
        }
    }

    private static void requireSame(DocumentBuilder parser, Object row, SinkRecord written, int number) throws Exception {
        String text = RandomRows.caseOf(number, (String) written.value());
        Element read = parser.parse(new InputSource(new StringReader((String) written.value()))).getDocumentElement();
        assertEquals("customer", read.getNodeName(), text);
        assertSame(RandomRows.expected(row, XmlWriterTest::legal), read, text);
    }

    private static void assertSame(Object expected, Element actual, String xml) {
        List<Element> children = children(actual);
        if (expected instanceof Map<?, ?> map) {
            assertEquals(List.copyOf(map.keySet()), children.stream().map(XmlWriterTest::nameOf).toList(), xml);
            int i = 0;
            for (Object value : map.values()) {
                assertSame(value, children.get(i++), xml);
            }
        } else if (expected instanceof List<?> list) {
            assertEquals(list.size(), children.size(), xml);
            for (int i = 0; i < list.size(); i++) {
                assertEquals("item", children.get(i).getNodeName(), xml);
                assertSame(list.get(i), children.get(i), xml);
            }
        } else if (expected == null) {
            assertEquals("true", actual.getAttributeNS(XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI, "nil"), xml);
        } else {
            assertEquals(expected.toString(), actual.getTextContent(), xml);
        }
    }

    private static List<Element> children(Element element) {
        NodeList nodes = element.getChildNodes();
        List<Element> children = new java.util.ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            if (nodes.item(i).getNodeType() == Node.ELEMENT_NODE) {
                children.add((Element) nodes.item(i));
            }
        }
        return children;
    }

    /** Reads the escapes back. */
    private static String nameOf(Element element) {
        if (element.getNodeName().equals("_x_")) {
            return "";
        }
        Matcher escape = Pattern.compile("_x([0-9A-F]{4,6})_").matcher(element.getNodeName());
        return escape.replaceAll(
                found -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(found.group(1), 16))));
    }

    /** XML 1.0, production 2. */
    private static String legal(String text) {
        StringBuilder legal = new StringBuilder();
        text.codePoints()
                .map(c -> c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD)
                                || c >= 0x10000
                        ? c
                        : 0xFFFD)
                .forEach(legal::appendCodePoint);
        return legal.toString();
    }
}
