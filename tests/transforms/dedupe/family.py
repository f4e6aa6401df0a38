"""Own samples for linking: stories that wires send again in other shapes, and forms that they fill again.

A form is (name, frame, fillings): each filling is a headline and the words for the frame's slots. Any two
fillings are two events, however alike they look. Where `hours` is given, they come so many hours apart, as a
daily fixing does; else within minutes.
"""

from __future__ import annotations

from typing import NamedTuple


class Form(NamedTuple):
    name: str
    frame: str
    fillings: tuple[tuple[str, ...], ...]  # headline first
    hours: float = 0.2


STORIES = (
    (
        "Brantholm council drops plan for tidal barrier",
        """The city council of Brantholm voted late on Monday to abandon a tidal barrier that had been planned for nine years.
The vote of 31 to 26 came after engineers put the price at 880 million crowns, three times the first estimate.
"We would have paid for it until our grandchildren retired," said Ingmar Sollund, who leads the largest party in the chamber.
Residents of the old harbour, which was flooded in 2011 and again last winter, shouted from the gallery as the result was read out.
The council will now look at pumps and movable walls, which a report by the technical university in Kaldvik says could be built within two years.
Opposition members said they would take the matter to the county court, since a public hearing had been cancelled in August without notice.
Insurance companies have raised premiums in the lower town by a fifth since the last flood, and two have stopped selling policies there.
The ministry of the environment said it had not been told about the vote and would study the papers.""",
    ),
    (
        "Two climbers found alive after nine days on Mount Ardua",
        """Rescuers found two climbers alive on the north face of Mount Ardua on Wednesday, nine days after an avalanche buried their camp.
A helicopter crew saw a red scarf tied to a ski pole at 3,400 metres and lowered a guide by winch.
Doctors at the valley hospital said both men had frostbite but were able to speak and had eaten soup.
They had survived in a crevasse on chocolate, melted snow and the cooking fuel of a dead companion, the guide Pia Locatelli told reporters.
Three others of the party of five are missing, and the search for them will go on while the weather holds.
The group set out from the Refugio Santa Lena on the second of the month in spite of a warning by the park office.
Prosecutors have opened an inquiry into the company that organised the tour and had no licence for winter climbing.""",
    ),
    (
        "Kestrel Aerospace workers reject wage offer",
        """Workers at Kestrel Aerospace rejected a wage offer by a wide margin, their union said on Friday, and a strike could begin next week.
Of 12,400 members who voted, 83 percent were against the offer of 4 percent a year for three years.
The company, which makes wings for regional jets, said it was disappointed and ready to talk at any hour.
Analysts at Corven Securities said that a stoppage would cost the company 11 million dollars a day and delay deliveries to two airlines.
Kestrel shares fell 6.2 percent to 41.15 dollars.
The union wants 7 percent, an end to mandatory Sundays and the return of a pension scheme that was closed in 2014.
The last strike at the plants in Dorrance and Pell City lasted 57 days and ended after the governor stepped in.""",
    ),
    (
        "Gericht stoppt Ausbau des Flughafens Wolfsau",
        """Das Verwaltungsgericht hat am Donnerstag den Ausbau des Flughafens Wolfsau vorlaeufig gestoppt.
Die Richter gaben damit drei Gemeinden recht, die um ihr Trinkwasser fuerchten.
Der Betreiber habe nicht geprueft, ob die neue Startbahn das Grundwasser um mehr als zwei Meter senke, hiess es in der Begruendung.
Die Arbeiten haetten am kommenden Montag beginnen sollen, Kosten von 340 Millionen Euro waren veranschlagt.
Der Sprecher des Flughafens, Torben Hallig, kuendigte Beschwerde an und sprach von einem schweren Schlag fuer die Region.
Umweltverbaende begruessten die Entscheidung und forderten, auf die Bahn ganz zu verzichten.
Der Landtag hatte dem Ausbau im vergangenen Jahr mit knapper Mehrheit zugestimmt.""",
    ),
    (
        "Investigan la muerte de cien flamencos en la laguna de Arcos",
        """Las autoridades investigan la muerte de mas de cien flamencos en la laguna de Arcos, donde los guardas hallaron las aves el domingo.
Las primeras pruebas apuntan a un vertido de una planta de abonos, aunque la empresa lo niega.
La consejera de Medio Ambiente, Rosa Valdivia, dijo que los resultados del laboratorio se conoceran el jueves.
Los pescadores de la zona han pedido que se cierre el canal que une la laguna con el puerto industrial.
Es el tercer episodio en dos anos, y en el anterior la multa fue de 60.000 euros.
El ayuntamiento ha prohibido el bano y la pesca hasta nuevo aviso.""",
    ),
    (
        "Novelist Odile Marchetti wins Helvet prize",
        """The novelist Odile Marchetti won the Helvet prize on Sunday for a book about a lighthouse keeper who refuses to retire.
The jury praised her "dry, exact and merciful" sentences and said it had needed only twenty minutes to decide.
Marchetti, 71, worked as a tram conductor until she was fifty and published her first story in a magazine for railwaymen.
She said she would spend the money, 90,000 francs, on a new roof and on a boat that does not leak.
The prize has been awarded since 1958; the last woman to win it was Berta Kolb in 2003.
Her publisher plans a first printing of 40,000 copies, ten times that of her last book.
Critics had expected the prize to go to the poet Anselm Dirks, whose collected works came out in spring.""",
    ),
    (
        "Ferry runs aground off Tarrant Point, all safe",
        """A ferry with 214 people aboard ran aground off Tarrant Point in thick fog early on Saturday, the coast guard said.
Nobody was hurt, and all passengers were brought ashore by lifeboat within three hours.
The vessel, the Lady Maud, was on its way from Skelling to the islands when it struck a sandbank about 400 metres from the beach.
Divers found no hole in the hull, and tugs will try to pull it free at high water in the evening.
The captain told investigators that his radar had failed some minutes before, coast guard officer Neil Abara said.
The operator, Western Isles Lines, cancelled six crossings and offered refunds.
It was the second grounding on that bank this year; a buoy that marked it was swept away in March and has not been replaced.""",
    ),
    (
        "Central bank of Norland holds rates, warns on housing",
        """The central bank of Norland left its main rate unchanged at 3.75 percent on Tuesday but said that house prices worried it more than inflation.
Governor Sigrun Falk said two of the seven members of the board had voted for a rise of a quarter point.
Prices of flats in the capital have gone up 14 percent in a year, and banks lend as if it would never end, she told reporters.
Inflation slowed to 2.4 percent in October from 2.9 percent in September.
The crown eased to 8.62 to the euro, and ten-year bonds yielded 4.02 percent after 4.07.
Most economists had expected no change; Rune Aune of Fjordbank said the next step could be a rise in March.
The bank lowered its growth forecast for next year to 1.1 percent, citing weak exports of fish and aluminium.""",
    ),
)

FORMS = (
    Form(
        "fund payout",
        """{} said it declared a monthly distribution of {} cents a share, payable {} to holders of record {}. """
        """The fund invests in investment grade municipal bonds and is managed by Aldersgate Asset Management.""",
        (
            (
                "ALDERSGATE MUNI INCOME SETS PAYOUT",
                "Aldersgate Muni Income Trust",
                "6.1",
                "April 30",
                "April 15",
            ),
            (
                "ALDERSGATE HIGH YIELD SETS PAYOUT",
                "Aldersgate High Yield Trust",
                "6.1",
                "April 30",
                "April 15",
            ),
            ("ALDERSGATE INSURED SETS PAYOUT", "Aldersgate Insured Fund", "5.8", "April 30", "April 15"),
        ),
    ),
    Form(
        "gold fixing",
        """Gold was fixed at {} dollars an ounce in the {} session, compared with {} at the previous fixing, dealers said. """
        """Trading was quiet with most operators waiting for figures from the United States. Silver was fixed at {} pence.""",
        (
            ("GOLD FIXING", "1,204.50", "morning", "1,201.25", "381.20"),
            ("GOLD FIXING", "1,207.75", "afternoon", "1,204.50", "382.65"),
            ("GOLD FIXING", "1,211.00", "morning", "1,207.75", "384.10"),
        ),
        7.0,
    ),
    Form(
        "market snapshot",
        """Share prices in Lindholm at {}: the OBX index stood at {}, {} points {} the close. """
        """Norrsund Oil {}, Fjordbank {}, Kestrel {}, Vestmar Paper {}. Turnover {} million crowns.""",
        (
            (
                "LINDHOLM SHARES AT 1000",
                "10:00",
                "412.31",
                "1.20",
                "above",
                "88.50",
                "41.25",
                "17.75",
                "203.00",
                "112",
            ),
            (
                "LINDHOLM SHARES AT 1100",
                "11:00",
                "412.98",
                "1.87",
                "above",
                "88.75",
                "41.25",
                "18.00",
                "203.50",
                "163",
            ),
            (
                "LINDHOLM SHARES AT 1200",
                "12:00",
                "410.04",
                "1.07",
                "below",
                "87.50",
                "41.00",
                "17.50",
                "202.00",
                "204",
            ),
        ),
        1.0,
    ),
    Form(
        "earnings",
        """{} reported on Tuesday net profit of {} million dollars for the third quarter, against {} million a year earlier. """
        """Sales rose {} percent to {} million. Earnings per share were {} dollars, the company said. Analysts polled by Corven """
        """had expected {}. The company confirmed its outlook for the full year and said that demand in North America remained strong.""",
        (
            ("Kestrel Q3 profit up", "Kestrel Aerospace", "41.2", "38.0", "7", "512", "1.02", "0.98"),
            ("Harrow Foods Q3 profit up", "Harrow Foods", "17.9", "16.3", "4", "388", "0.44", "0.41"),
            ("Dunmore Rail Q3 profit up", "Dunmore Rail", "22.4", "19.1", "9", "240", "0.71", "0.73"),
        ),
    ),
    Form(
        "earnings table",
        """Shr {} dlrs vs {} dlrs Net {} mln vs {} mln Revs {} mln vs {} mln Avg shrs {} mln vs {} mln """
        """NOTE: 1986 results include gain of {} dlrs a share from sale of assets""",
        (
            (
                "HARROW FOODS INC <HRW> 3RD QTR NET",
                ".44",
                ".41",
                "17.9",
                "16.3",
                "388",
                "371",
                "40.6",
                "39.7",
                ".05",
            ),
            (
                "DUNMORE RAIL CO <DRC> 3RD QTR NET",
                ".71",
                ".65",
                "22.4",
                "19.1",
                "240",
                "221",
                "31.5",
                "29.4",
                ".05",
            ),
        ),
    ),
    Form(
        "weather",
        """{} will be {} on {} with winds from the {} and a high of {} degrees. The chance of rain is {} percent. """
        """The outlook for the rest of the week is for changeable weather with temperatures near the average for the season, """
        """the national weather office said.""",
        (
            ("Weather: Brantholm", "Brantholm", "cloudy", "Tuesday", "west", "14", "30"),
            ("Weather: Kaldvik", "Kaldvik", "sunny", "Tuesday", "south", "17", "10"),
            ("Weather: Skelling", "Skelling", "cloudy", "Tuesday", "west", "12", "40"),
        ),
    ),
    Form(
        "daily weather",
        """The national weather office expects {} skies over the south on {} and {} in the north. """
        """Highs between {} and {} degrees, lows near {}. Winds {}. Small craft should stay in port along the western coast, """
        """where waves may reach {} metres.""",
        (
            ("WEATHER SUMMARY", "grey", "Monday", "showers", "11", "16", "5", "light", "2"),
            ("WEATHER SUMMARY", "clear", "Tuesday", "fog", "9", "14", "3", "moderate", "3"),
            ("WEATHER SUMMARY", "grey", "Wednesday", "showers", "10", "17", "4", "light", "2"),
        ),
        24.0,
    ),
    Form(
        "match report",
        """{} beat {} {} in the second division on Saturday in front of {} spectators. {} scored in minute {} and {} added """
        """the second after the break. The visitors had the better chances in the first half but could not convert them. """
        """Referee {} showed {} yellow cards.""",
        (
            (
                "Brantholm beat Skelling",
                "Brantholm",
                "Skelling",
                "2-0",
                "8,120",
                "Aas",
                "17",
                "Moen",
                "Lund",
                "three",
            ),
            ("Kaldvik beat Halden", "Kaldvik", "Halden", "2-1", "5,403", "Berg", "33", "Dahl", "Vik", "five"),
            (
                "Vestmar beat Lindholm",
                "Vestmar",
                "Lindholm",
                "3-0",
                "9,977",
                "Nygaard",
                "4",
                "Holm",
                "Strand",
                "two",
            ),
        ),
    ),
    Form(
        "obituary",
        """{}, {}, who {} for more than {} years, died on {} at a hospital in {} after a long illness, the family said. """
        """A private service will be held later this week. Survivors include two daughters and four grandchildren. """
        """Friends may send donations to the cancer society in lieu of flowers.""",
        (
            (
                "Architect Harald Brun dies at 84",
                "Harald Brun",
                "84",
                "built churches",
                "forty",
                "Sunday",
                "Kaldvik",
            ),
            (
                "Violinist Ada Kertesz dies at 91",
                "Ada Kertesz",
                "91",
                "taught music",
                "fifty",
                "Sunday",
                "Brantholm",
            ),
        ),
    ),
    Form(
        "ship arrivals",
        """The {} of {}, carrying {} tonnes of {}, was anchored off {} on {} and is due to discharge on {}, port agents said. """
        """{} vessels are waiting for berths and the average delay is {} days. Work at the grain terminal went on normally.""",
        (
            (
                "SHIPPING - SKELLING",
                "Astra Moon",
                "Panama",
                "31,000",
                "maize",
                "Skelling",
                "May 4",
                "May 9",
                "11",
                "5",
            ),
            (
                "SHIPPING - SKELLING",
                "Corinna",
                "Cyprus",
                "24,500",
                "wheat",
                "Skelling",
                "May 5",
                "May 11",
                "12",
                "6",
            ),
            (
                "SHIPPING - TARRANT",
                "Delos Star",
                "Greece",
                "18,200",
                "barley",
                "Tarrant",
                "May 4",
                "May 8",
                "7",
                "3",
            ),
        ),
        24.0,
    ),
    Form(
        "calendar",
        """DIARY FOR {}\nLINDHOLM - {} gives quarterly results, {} GMT\nKALDVIK - Parliament debates {}\n"""
        """BRANTHOLM - Court hears {} case\nSKELLING - {} meets ministers\nAll times are GMT. Editors should watch the wire for changes.""",
        (
            ("DIARY - MONDAY", "MONDAY", "Fjordbank", "0700", "fisheries", "barrier", "Union"),
            ("DIARY - TUESDAY", "TUESDAY", "Kestrel", "0630", "pensions", "arson", "Mayor"),
        ),
        24.0,
    ),
    Form(
        "bill tender",
        """The treasury sold {} million crowns of {}-day bills at an average yield of {} percent, up from {} percent a week ago. """
        """Bids totalled {} million. Accepted yields ranged from {} to {} percent, and {} percent of bids at the stop-out were met.""",
        (
            ("TREASURY BILL TENDER", "500", "90", "4.12", "4.08", "1,310", "4.05", "4.15", "37"),
            ("TREASURY BILL TENDER", "500", "180", "4.31", "4.26", "1,055", "4.24", "4.35", "61"),
        ),
    ),
    Form(
        "contract award",
        """{} of {} was awarded a {} million dollar contract for {}. Work will be performed at {} and is expected to be """
        """completed in {}. The Naval Supply Office in Port Mead is the contracting activity.""",
        (
            (
                "KESTREL GETS NAVY CONTRACT",
                "Kestrel Aerospace",
                "Dorrance",
                "18.2",
                "radar spares",
                "Dorrance",
                "March",
            ),
            (
                "TULLY MARINE GETS NAVY CONTRACT",
                "Tully Marine",
                "Pell City",
                "9.7",
                "deck winches",
                "Pell City",
                "June",
            ),
        ),
    ),
    Form(
        "rating",
        """Northgate Ratings said it {} the rating of {} to {} from {}, affecting {} million dollars of debt. """
        """The agency cited {} and said the outlook was {}. It expects cash flow to cover interest {} times this year.""",
        (
            (
                "HARROW FOODS RATING CUT",
                "cut",
                "Harrow Foods",
                "BBB",
                "BBB-plus",
                "410",
                "weak margins",
                "stable",
                "2.1",
            ),
            (
                "DUNMORE RAIL RATING CUT",
                "cut",
                "Dunmore Rail",
                "BB",
                "BBB",
                "275",
                "heavy spending",
                "negative",
                "1.6",
            ),
        ),
    ),
    Form(
        "earthquake",
        """An earthquake of magnitude {} shook {} at {} on {}, the seismological institute said. The centre was {} kilometres """
        """{} of {} at a depth of {} kilometres. There were no reports of damage or injuries.""",
        (
            (
                "Earthquake shakes Ardua valley",
                "4.1",
                "the Ardua valley",
                "03:12",
                "Monday",
                "12",
                "north",
                "Santa Lena",
                "8",
            ),
            (
                "Earthquake shakes Corvo islands",
                "4.6",
                "the Corvo islands",
                "17:40",
                "Monday",
                "60",
                "west",
                "Porto Novo",
                "15",
            ),
        ),
    ),
    Form(
        "Kurszettel",
        """Der Referenzkurs des Euro lag am {} bei {} Kronen nach {} Kronen am Vortag. Ein Dollar kostete {} Kronen, """
        """das Pfund {} Kronen. Die Zentralbank setzt die Kurse taeglich um 14.15 Uhr fest.""",
        (
            ("DEVISEN: Referenzkurse", "Montag", "8,6210", "8,6035", "7,9120", "10,4410"),
            ("DEVISEN: Referenzkurse", "Dienstag", "8,6335", "8,6210", "7,9485", "10,4020"),
        ),
        24.0,
    ),
    Form(
        "ad hoc",
        """Die {} AG hat im ersten Halbjahr einen Umsatz von {} Millionen Euro erzielt, {} Prozent mehr als im Vorjahr. """
        """Der Ueberschuss stieg auf {} Millionen Euro. Fuer das Gesamtjahr rechnet der Vorstand weiter mit einem Wachstum im """
        """mittleren einstelligen Bereich, teilte das Unternehmen am Mittwoch mit.""",
        (
            ("Hallig Werke steigern Gewinn", "Hallig Werke", "212,4", "5,1", "14,2"),
            ("Brenner Glas steigert Gewinn", "Brenner Glas", "98,7", "3,8", "6,9"),
        ),
    ),
    Form(
        "loteria",
        """La combinacion ganadora del sorteo del {} es {}, {}, {}, {}, {} y {}. El complementario es el {}. """
        """No hubo acertantes de primera categoria, por lo que el bote para el proximo sorteo sera de {} millones de euros.""",
        (
            ("LOTERIA PRIMITIVA", "jueves", "4", "11", "19", "27", "33", "41", "8", "2,1"),
            ("LOTERIA PRIMITIVA", "sabado", "2", "15", "22", "30", "38", "49", "17", "3,4"),
        ),
        48.0,
    ),
    Form(
        "court list",
        """A court in {} sentenced {}, {}, to {} years in prison on {} for {}. The judge said the accused had shown no remorse. """
        """The defence said it would appeal. The prosecution had asked for {} years.""",
        (
            (
                "Man jailed for arson",
                "Kaldvik",
                "Jens Vold",
                "43",
                "six",
                "Tuesday",
                "setting fire to a barn",
                "eight",
            ),
            (
                "Man jailed for fraud",
                "Skelling",
                "Odd Ruud",
                "57",
                "four",
                "Tuesday",
                "selling false permits",
                "five",
            ),
        ),
    ),
)
