/** Names that are stored already, in the form in which `searchName` keeps them now: each part of a double name is a word, and
 *  so is what stands behind an apostrophe. */
import { Migration } from '@mikro-orm/migrations';

export class NamesInParts extends Migration {
  override up(): void {
    this.addSql(namesInParts);
  }
}

export const namesInParts = `
      update patient_record set name_search = trim(regexp_replace(translate(regexp_replace(name_search,
          '(\\S*)[''\\u2019\\u02bc](\\S{3,})', '\\1\\2 \\2', 'g'), U&'''\\2019\\02bc', ''), '[\\s,\\u002d\\u2010-\\u2015]+', ' ', 'g'))
        where name_search ~ '[-''\\u2019\\u02bc,\\u2010-\\u2015]';
`;
