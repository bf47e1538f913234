import { wordSet } from "./word-set.ts";

const list = (names: string): readonly string[] =>
  names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

/** Countries, states, provinces and large cities as they are usually written; several words are allowed. */
export const places: readonly string[] = list(`
Afghanistan, Albania, Algeria, Andorra, Angola, Argentina, Armenia, Australia, Austria, Azerbaijan, Bahamas, Bahrain,
Bangladesh, Barbados, Belarus, Belgium, Belize, Benin, Bhutan, Bolivia, Bosnia, Botswana, Brazil, Brunei, Bulgaria, Burkina Faso,
Burundi, Cambodia, Cameroon, Canada, Chad, Chile, China, Colombia, Congo, Costa Rica, Croatia, Cuba, Cyprus, Czech Republic,
Czechia, Denmark, Djibouti, Dominican Republic, Ecuador, Egypt, El Salvador, Eritrea, Estonia, Eswatini, Ethiopia, Fiji, Finland,
France, Gabon, Gambia, Germany, Ghana, Greece, Greenland, Grenada, Guatemala, Guinea, Guyana, Haiti, Honduras, Hong Kong, Hungary,
Iceland, India, Indonesia, Iran, Iraq, Ireland, Israel, Italy, Ivory Coast, Jamaica, Japan, Kazakhstan, Kenya, Kosovo, Kuwait,
Kyrgyzstan, Laos, Latvia, Lebanon, Lesotho, Liberia, Libya, Liechtenstein, Lithuania, Luxembourg, Macau, Madagascar, Malawi,
Malaysia, Maldives, Mali, Malta, Mauritania, Mauritius, Mexico, Moldova, Monaco, Mongolia, Montenegro, Morocco, Mozambique, Myanmar,
Namibia, Nepal, Netherlands, New Zealand, Nicaragua, Nigeria, North Korea, North Macedonia, Norway, Oman, Pakistan, Palestine,
Panama, Paraguay, Peru, Philippines, Poland, Portugal, Qatar, Romania, Russia, Rwanda, Samoa, Saudi Arabia, Scotland, Senegal, Serbia,
Seychelles, Sierra Leone, Singapore, Slovakia, Slovenia, Somalia, South Africa, South Korea, Spain, Sri Lanka, Sudan, Suriname,
Sweden, Switzerland, Syria, Taiwan, Tajikistan, Tanzania, Thailand, Togo, Tonga, Trinidad, Tunisia, Turkey, Turkmenistan, Uganda,
Ukraine, United Arab Emirates, United Kingdom, United States, Uruguay, Uzbekistan, Vanuatu, Venezuela, Vietnam, Wales, Yemen, Zambia,
Zimbabwe, Great Britain, England, Northern Ireland, Puerto Rico, Gibraltar, Guernsey,
Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, Florida, Georgia, Hawaii, Idaho, Illinois, Indiana,
Iowa, Kansas, Kentucky, Louisiana, Maine, Maryland, Massachusetts, Michigan, Minnesota, Mississippi, Missouri, Montana, Nebraska,
Nevada, New Hampshire, New Jersey, New Mexico, New York, North Carolina, North Dakota, Ohio, Oklahoma, Oregon, Pennsylvania, Rhode Island,
South Carolina, South Dakota, Tennessee, Texas, Utah, Vermont, Virginia, West Virginia, Wisconsin, Wyoming, Washington State,
Alberta, British Columbia, Manitoba, New Brunswick, Newfoundland, Nova Scotia, Ontario, Quebec, Saskatchewan, Yukon,
Bavaria, Saxony, Catalonia, Andalusia, Tuscany, Lombardy, Sicily, Normandy, Brittany, Cornwall, Yorkshire, Kent County, Queensland,
New South Wales, Tasmania, Western Australia, Punjab, Kerala, Gujarat, Maharashtra, Karnataka, Tamil Nadu,
New York City, Manhattan, Brooklyn, Queens NY, Bronx, Los Angeles, Chicago, Houston, Phoenix AZ, Philadelphia, San Antonio, San Diego, Dallas,
San Jose, Austin TX, Jacksonville, Fort Worth, Columbus, Charlotte NC, San Francisco, Indianapolis, Seattle, Denver, Washington DC, Boston,
Nashville, El Paso, Detroit, Oklahoma City, Las Vegas, Memphis, Louisville, Baltimore, Milwaukee, Albuquerque, Tucson, Fresno, Sacramento,
Kansas City, Atlanta, Omaha, Colorado Springs, Raleigh, Miami, Virginia Beach, Long Beach, Oakland, Minneapolis, Tulsa, Tampa, Arlington,
New Orleans, Wichita, Cleveland, Bakersfield, Honolulu, Anaheim, Orlando, Corpus Christi, Riverside CA, St. Louis, Saint Louis,
Pittsburgh, Cincinnati, Anchorage, Greensboro, Plano, Newark, Lincoln NE, Toledo, Jersey City, Chula Vista, Buffalo NY, Fort Wayne,
Scottsdale, Baton Rouge, Durham NC, Richmond VA, Spokane, Boise, Des Moines, Salt Lake City, Santa Fe, Santa Cruz, Santa Barbara,
Palo Alto, Mountain View, Sunnyvale, Cupertino, Menlo Park, Berkeley, Ann Arbor, Grand Rapids, Little Rock, Knoxville, Chattanooga,
Huntsville, Birmingham, Montgomery AL, Savannah GA, Charleston, Albany, Rochester, Syracuse, Hartford, New Haven, Worcester, Springfield,
Portland, Tacoma, Bellevue, Redmond WA, Eugene OR, Reno, Tempe, Mesa AZ, Flagstaff, Galveston, Lubbock, Amarillo, Dayton, Akron, Topeka,
Sioux Falls, Fargo, Cheyenne, Billings, Missoula, Burlington, Duluth, Green Bay, Cedar Rapids, Peoria, Fort Collins, Boulder,
London, Manchester, Liverpool, Leeds, Sheffield, Bristol, Newcastle, Nottingham, Leicester, Coventry, Edinburgh, Glasgow, Aberdeen,
Cardiff, Swansea, Belfast, Oxford, Cambridge, Brighton, Southampton, Portsmouth, Plymouth, Norwich, Dublin, Cork City, Galway, Limerick,
Paris, Marseille, Lyon, Toulouse, Nice France, Nantes, Strasbourg, Montpellier, Bordeaux, Lille, Rennes, Grenoble, Berlin, Hamburg,
Munich, Cologne, Frankfurt, Stuttgart, Dusseldorf, Dortmund, Essen, Leipzig, Bremen, Dresden, Hanover, Nuremberg, Heidelberg, Freiburg,
Vienna, Salzburg, Innsbruck, Graz, Linz, Zurich, Geneva, Basel, Bern, Lausanne, Brussels, Antwerp, Ghent, Bruges, Amsterdam, Rotterdam,
The Hague, Utrecht, Eindhoven, Groningen, Copenhagen, Aarhus, Odense, Stockholm, Gothenburg, Malmo, Uppsala, Oslo, Bergen Norway, Trondheim,
Stavanger, Helsinki, Tampere, Turku, Espoo, Reykjavik, Tallinn, Riga, Vilnius, Kaunas, Warsaw, Krakow, Gdansk, Wroclaw, Poznan, Lodz, Katowice,
Prague, Brno, Ostrava, Bratislava, Budapest, Debrecen, Bucharest, Cluj-Napoca, Sofia Bulgaria, Plovdiv, Belgrade, Novi Sad, Zagreb, Ljubljana,
Sarajevo, Skopje, Tirana, Athens, Thessaloniki, Istanbul, Ankara, Izmir, Moscow, Saint Petersburg, St. Petersburg, Kiev, Kyiv, Lviv, Odessa,
Minsk, Rome, Milan, Naples, Turin, Palermo, Genoa, Bologna, Florence Italy, Venice, Verona, Madrid, Barcelona, Valencia Spain, Seville,
Zaragoza, Malaga, Bilbao, Lisbon, Porto, Coimbra, Cairo, Alexandria Egypt, Casablanca, Rabat, Tunis, Algiers, Lagos, Abuja, Accra, Nairobi,
Mombasa, Kampala, Dar es Salaam, Addis Ababa, Johannesburg, Cape Town, Durban, Pretoria, Harare, Lusaka, Dakar, Tel Aviv, Jerusalem, Haifa,
Beirut, Damascus, Baghdad, Tehran, Riyadh, Jeddah, Dubai, Abu Dhabi, Doha, Karachi, Lahore, Islamabad, New Delhi, Delhi, Mumbai,
Bangalore, Bengaluru, Chennai, Kolkata, Hyderabad, Pune, Ahmedabad, Jaipur, Dhaka, Kathmandu, Colombo, Bangkok, Hanoi, Ho Chi Minh City,
Saigon, Kuala Lumpur, Jakarta, Manila, Cebu, Beijing, Shanghai, Guangzhou, Shenzhen, Chengdu, Wuhan, Taipei, Seoul, Busan, Incheon, Tokyo,
Osaka, Kyoto, Yokohama, Nagoya, Sapporo, Fukuoka, Sydney Australia, Melbourne, Brisbane, Perth, Adelaide, Canberra, Hobart, Auckland,
Wellington, Christchurch, Toronto, Montreal, Vancouver, Calgary, Ottawa, Edmonton, Winnipeg, Quebec City, Halifax, Mexico City,
Guadalajara, Monterrey, Tijuana, Cancun, Guatemala City, San Salvador, Havana, Kingston Jamaica, Santo Domingo, Bogota, Medellin, Cali Colombia,
Caracas, Quito, Guayaquil, Lima, La Paz, Santiago de Chile, Buenos Aires, Cordoba, Montevideo, Asuncion, Sao Paulo, Rio de Janeiro, Brasilia,
Salvador Brazil, Curitiba, Porto Alegre
`);

/** Two-letter codes that stand behind a town and before its ZIP code: the states of the US and Canada's provinces. */
export const stateCodes = wordSet(`
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC
SD TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS ON PE QC SK
`);
